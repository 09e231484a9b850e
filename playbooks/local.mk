playbooksdir = $(pkgdatadir)/playbooks
dist_playbooks_DATA = playbooks/respond.json
