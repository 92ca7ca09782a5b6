#!/usr/bin/python3
"""What a user of the cloud has before the first replica: tenant.py [IMAGE.qcow2] | --remove

As `demo`, a plain member: the image of the workers, the private network 192.168.77.0/24 with DHCP (that
of the source machine), a router to the public network, and a security group that lets ping and ssh in.
Looks first and creates only what is missing. Prints the names as JSON.
"""
import hashlib
import json
import os
import sys

from keystoneauth1 import session
from keystoneauth1.identity import v3

IMAGE, NETWORK, SUBNET, ROUTER, GROUP = 'gyre-worker', 'private', 'private-v4', 'private-router', 'gyre-access'
CIDR, POOL = '192.168.77.0/24', {'start': '192.168.77.100', 'end': '192.168.77.200'}

# A machine of many disks needs more than Cinder's default of ten.
VOLUMES = 60


def login(user):
    return session.Session(v3.Password(
        'http://%s:5000/v3' % os.environ.get('OSCT_IP', '172.29.0.2'), username=user,
        password=os.environ.get('OSCT_PASSWORD', 'osct'), project_name=user,
        user_domain_name='Default', project_domain_name='Default'))


cloud = login('demo')
PROJECT = cloud.get_project_id()


def call(method, service, path, body=None, user=cloud, **kw):
    r = user.request(path, method, json=body, endpoint_filter={'service_type': service}, **kw)
    return r.json() if r.content else None


def find(service, path, plural, name):
    objects = call('GET', service, '%s?name=%s' % (path, name))[plural]
    own = [o for o in objects if o.get('project_id', o.get('owner')) == PROJECT]
    return own[0] if own else None


def ensure(path, key, name, **body):
    found = find('network', '/v2.0/' + path, path.replace('-', '_'), name)
    return found or call('POST', 'network', '/v2.0/' + path, {key: dict(body, name=name)})[key]


def image(path):
    found = find('image', '/v2/images', 'images', IMAGE)
    with open(path, 'rb') as data:
        same = found and hashlib.file_digest(data, found['os_hash_algo'] or 'sha512').hexdigest() == found['os_hash_value']
    if same and found['status'] == 'active':
        return found['id']
    if found:
        call('DELETE', 'image', '/v2/images/' + found['id'])
    made = call('POST', 'image', '/v2/images', {
        'name': IMAGE, 'disk_format': 'qcow2', 'container_format': 'bare', 'min_disk': 2})
    with open(path, 'rb') as data:
        cloud.request('/v2/images/%s/file' % made['id'], 'PUT', data=data, endpoint_filter={'service_type': 'image'},
                      headers={'Content-Type': 'application/octet-stream'})
    return made['id']


def network():
    net = ensure('networks', 'network', NETWORK)
    subnet = ensure('subnets', 'subnet', SUBNET, network_id=net['id'], ip_version=4, cidr=CIDR,
                    enable_dhcp=True, allocation_pools=[POOL], dns_nameservers=[])
    public = call('GET', 'network', '/v2.0/networks?router:external=True')['networks'][0]
    router = ensure('routers', 'router', ROUTER, external_gateway_info={'network_id': public['id']})
    ports = call('GET', 'network', '/v2.0/ports?device_id=' + router['id'])['ports']
    if not any(ip['subnet_id'] == subnet['id'] for p in ports for ip in p['fixed_ips']):
        call('PUT', 'network', '/v2.0/routers/%s/add_router_interface' % router['id'], {'subnet_id': subnet['id']})
    group = ensure('security-groups', 'security_group', GROUP)
    have = {(r['protocol'], r['port_range_min']) for r in group['security_group_rules'] if r['direction'] == 'ingress'}
    for protocol, port in (('icmp', None), ('tcp', 22)):
        if (protocol, port) not in have:
            call('POST', 'network', '/v2.0/security-group-rules', {'security_group_rule': {
                'security_group_id': group['id'], 'direction': 'ingress', 'ethertype': 'IPv4',
                'protocol': protocol, 'port_range_min': port, 'port_range_max': port}})


def quota():
    """What the operator of the cloud lets it have."""
    path = '/os-quota-sets/' + PROJECT
    if call('GET', 'block-storage', path)['quota_set']['volumes'] < VOLUMES:
        call('PUT', 'block-storage', path, {'quota_set': {'volumes': VOLUMES}}, user=login('admin'))


def remove():
    router = find('network', '/v2.0/routers', 'routers', ROUTER)
    subnet = find('network', '/v2.0/subnets', 'subnets', SUBNET)
    if router and subnet:
        call('PUT', 'network', '/v2.0/routers/%s/remove_router_interface' % router['id'],
             {'subnet_id': subnet['id']}, raise_exc=False)
    for service, path, plural, name in (('network', '/v2.0/routers', 'routers', ROUTER),
                                        ('network', '/v2.0/networks', 'networks', NETWORK),
                                        ('network', '/v2.0/security-groups', 'security_groups', GROUP),
                                        ('image', '/v2/images', 'images', IMAGE)):
        found = find(service, path, plural, name)
        if found:
            call('DELETE', service, '%s/%s' % (path, found['id']))


if '--remove' in sys.argv:
    remove()
else:
    network()
    quota()
    print(json.dumps({'image': IMAGE, 'image_id': image(sys.argv[1] if len(sys.argv) > 1 else
                                                      os.environ.get('OSCT_CACHE', '/var/cache/osct') + '/debian.qcow2'),
                      'network': NETWORK, 'cidr': CIDR, 'security_group': GROUP, 'public': 'public'}))
