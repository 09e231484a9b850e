/* SPDX-License-Identifier: ISC
 *
 * A container's networks: recorded, cut, verified, restored.
 *
 * The record is a JSON object that stands by itself, so that it can be kept in
 * a bundle or a file and used by another run:
 *
 *   {"v":1,"container":"<64 hex>","name":"web","time":"...",
 *    "mode":"<HostConfig.NetworkMode>","published":{NetworkSettings.Ports},
 *    "endpoints":[{"network":"<id>","name":"front","order":0,
 *        "endpoint":{NetworkSettings.Networks[name] whole},
 *        "inspect":{the network's own document}}]}
 */
#ifndef IR_DOCKER_NETWORKS_H
#define IR_DOCKER_NETWORKS_H

#include "docker/docker.h"

/** ir_docker_networks_mode(inspect, err): 0 if the engine can cut the
 * container's networks; else IR_EPROTO with words for host mode (the API cannot
 * isolate it: pause it, or cut it on the host) and container:X (act on X). */
int ir_docker_networks_mode(const json_t *inspect, struct ir_err *err);

/** ir_docker_networks_of(inspect, err): the endpoints by their networks' names,
 * borrowed; JSON null if there are none. */
json_t *ir_docker_networks_of(const json_t *inspect, struct ir_err *err);

/** ir_docker_networks_has(inspect, name): whether the container is connected to
 * that network.  What 20.10 leaves of a connect that it refused (an address in
 * use) and never takes away from a running container is no connection. */
bool ir_docker_networks_has(const json_t *inspect, const char *name);

/** ir_docker_resolves_for_all(d, inspect): whether this engine's own resolver,
 * if it asks one on loopback, looks names up for the container, which runs,
 * although it is on no network (CVE-2024-29018; mended in 26.0, whose API is
 * 1.45). */
bool ir_docker_resolves_for_all(
    const struct ir_docker *d, const json_t *inspect);

/** ir_docker_networks_record(d, inspect, err): the record, the caller owns
 * it; its list is in the order in which to reconnect (the one of NetworkMode
 * first, then by name); "none" and "host" are not in it. */
json_t *ir_docker_networks_record(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err);

/** ir_docker_networks_cut(d, record, err): disconnects every endpoint of the
 * record; goes on after a failure and reports the first. */
int ir_docker_networks_cut(
    struct ir_docker *d, const json_t *record, struct ir_err *err);

/** ir_docker_networks_verify_cut(d, id, now, err): 0 if the engine shows no
 * endpoint, "none" aside; else IR_EPROTO naming what is still there.  *now gets
 * the inspect document that it was read from, the caller owns it; NULL if there
 * is none.  That is the engine's word: see host/links.h, netns.h. */
int ir_docker_networks_verify_cut(
    struct ir_docker *d, const char *id, json_t **now, struct ir_err *err);

/** ir_docker_networks_restore(d, record, err): connects what the record has and
 * the container has not, with the aliases, links, fixed addresses, driver
 * options and priority of the record; goes on after a failure, and reports the
 * first.  Asks ir_docker_ports_free() before. */
int ir_docker_networks_restore(
    struct ir_docker *d, const json_t *record, struct ir_err *err);

/** ir_docker_ports_free(d, inspect, err): 0 if no other container publishes a
 * port of the host that this one asks for; else IR_EPROTO, and it is named.  A
 * connect that then cannot publish leaves, on 20.10, an interface behind. */
int ir_docker_ports_free(
    struct ir_docker *d, const json_t *inspect, struct ir_err *err);

/** ir_docker_networks_connect(d, record, inspect, err): the same, where inspect
 * tells what the container has. */
int ir_docker_networks_connect(struct ir_docker *d, const json_t *record,
    const json_t *inspect, struct ir_err *err);

/** ir_docker_networks_compare(record, inspect): what is now other than in the
 * record, the caller owns it: an array of {"network","field","before","now",
 * "matters"}; matters is false for what an engine assigns anew (a dynamic
 * address, MAC, endpoint id).  Empty: all as before.  NULL: out of memory. */
json_t *ir_docker_networks_compare(const json_t *record, const json_t *inspect);

/** ir_docker_networks_first(record): the endpoint on the network of
 * NetworkMode, on which the container was created, borrowed; NULL if it was not
 * on it any more. */
const json_t *ir_docker_networks_first(const json_t *record);

/** ir_docker_networks_for(record, id, name, err): the record as it should be
 * for another container, the one that takes this one's place; the caller owns
 * it. */
json_t *ir_docker_networks_for(
    const json_t *record, const char *id, const char *name, struct ir_err *err);

/** ir_docker_endpoint_settings(endpoint, short_id): the EndpointSettings with
 * which to connect again: only IPAMConfig, Aliases (without the short id),
 * Links, DriverOpts and GwPriority; from podman, which does not say what was
 * asked for, all its addresses.  The caller owns it. */
json_t *ir_docker_endpoint_settings(
    const json_t *endpoint, const char *short_id);

#endif
