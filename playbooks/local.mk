playbooksdir = $(pkgdatadir)/playbooks
dist_playbooks_DATA = playbooks/respond.json

# Drills: run from the source tree, by ./autogen.sh drill.
EXTRA_DIST += \
	playbooks/drills/web-shop/attack \
	playbooks/drills/web-shop/db/Dockerfile \
	playbooks/drills/web-shop/db/etc/group \
	playbooks/drills/web-shop/db/etc/passwd \
	playbooks/drills/web-shop/db/srv/serve \
	playbooks/drills/web-shop/run \
	playbooks/drills/web-shop/shop/Dockerfile \
	playbooks/drills/web-shop/shop/etc/group \
	playbooks/drills/web-shop/shop/etc/passwd \
	playbooks/drills/web-shop/shop/srv/www/cgi-bin/health \
	playbooks/drills/web-shop/shop/srv/www/cgi-bin/order \
	playbooks/drills/web-shop/shop/srv/www/cgi-bin/track \
	playbooks/drills/web-shop/shop/srv/www/index.html \
	playbooks/drills/web-shop/shop/srv/www/robots.txt \
	playbooks/drills/web-shop/show.sh \
	playbooks/drills/web-shop/stack.sh
