#!/usr/bin/python3
"""Sends the same requests to a real OpenStack and to the lab, and compares the answers' shapes.

usage: compare.py REAL_AUTH_URL LAB_AUTH_URL      (both end in /v3)
       REAL_PASSWORD (default: osct), LAB_PASSWORD (default: as the lab says it), REAL_ZONE (default: az-fake)

User demo of project demo in both. Compared are: status, keys, the types of values, the names of
headers, and the sentences of refusals without their identifiers. It knows nothing of how the lab is
built. Differences that are meant are listed in KNOWN; any other is told on stderr and fails the run
(exit code 1). Everything that it makes it deletes, in both, however it ends.
"""
import http.client
import json
import os
import re
import signal
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, NamedTuple

# Differences that are meant: name of the request and why.
KNOWN = {
    'identity/nothing': 'a page of the web server, not of Keystone',
    'images': 'checksums and the properties of another image',
    'volume/types/default': 'one key more',
    'volume/volumes/summary': 'tells the metadata of other volumes',
    'vol no size': 'another sentence',
    'vol too big': 'tells what else is used',
    'vol md': 'no etag',
    'srv building': 'the lab is quicker',
    'srv detail': 'one key more',
    'vol used': 'the sentence of a proxied refusal',
    'atts': 'the lab connects nothing',
    'vol2': 'one key more',
    'extend in use': 'how Python prints a list',
    'img create': 'headers of the import',
}

# A volume type of the real cloud. The lab encrypts nothing, and has no quota for it.
ENCRYPTED = 'file-encrypted'

REQUEST_SECONDS = 60  # one request and its answer
STATE_SECONDS = 120  # until an object is in the state that was asked for
DELETE_SECONDS = 120  # until a deleted object is gone
POLL_SECONDS = 0.5  # between two looks at a state
EXCERPT = 260  # characters of an answer that a difference shows
TEXT = 300  # characters of an answer without JSON that are compared

MICROVERSIONS = {
    'OpenStack-API-Version': 'compute 2.79, volume 3.59',
    'X-OpenStack-Nova-API-Version': '2.79',
}
# Of the web server or of one answer, not of the API.
HEADERS_OF_TRANSPORT = {
    'date', 'content-length', 'connection', 'server', 'keep-alive', 'x-compute-request-id',
    'transfer-encoding',
}
IDENTIFIER = re.compile(r'[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}')
PLACEHOLDER = re.compile(r'\{(\w+)\}')

# Where a POST makes an object: the key of the object in the answer, and of what names it in there.
COLLECTIONS = {
    ('volume', '/volumes'): ('volume', 'id'),
    ('volume', '/snapshots'): ('snapshot', 'id'),
    ('network', '/v2.0/networks'): ('network', 'id'),
    ('network', '/v2.0/subnets'): ('subnet', 'id'),
    ('network', '/v2.0/security-groups'): ('security_group', 'id'),
    ('network', '/v2.0/ports'): ('port', 'id'),
    ('network', '/v2.0/floatingips'): ('floatingip', 'id'),
    ('compute', '/servers'): ('server', 'id'),
    ('compute', '/os-keypairs'): ('keypair', 'name'),
    ('compute', '/os-server-groups'): ('server_group', 'id'),
    ('image', '/v2/images'): (None, 'id'),
}

ABSENT = str(uuid.uuid4())  # names nothing in either cloud
PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + 'B' * 42 + 'A compare'
MAC = 'fa:16:3e:aa:bb:01'

# Paths; what is in braces each cloud fills in for itself (Cloud.names).
VOLUME = '/volumes/{volume}'
COPY = '/volumes/{copy}'
SNAPSHOT = '/snapshots/{snapshot}'
NETWORK = '/v2.0/networks/{network}'
SUBNET = '/v2.0/subnets/{subnet}'
GROUP = '/v2.0/security-groups/{group}'
PORT = '/v2.0/ports/{port}'
FLOATING = '/v2.0/floatingips/{floating}'
SERVER = '/servers/{server}'
ATTACHMENTS = SERVER + '/os-volume_attachments'
IMAGE = '/v2/images/{image_made}'

BOOT_VOLUME = {
    'uuid': '{volume}', 'source_type': 'volume', 'destination_type': 'volume', 'boot_index': 0,
    'delete_on_termination': False,
}


class Stopped(Exception):
    """Why the comparison cannot go on."""


class Answer(NamedTuple):
    """What a cloud answered: a body of JSON parsed, the names of headers in lower case."""

    status: int
    body: Any
    headers: dict[str, str]

    def excerpt(self):
        return str(self.body)[:EXCERPT]


class Made(NamedTuple):
    """An object that a request has made."""

    service: str
    collection: str
    name: str

    def path(self):
        return f'{self.collection}/{self.name}'


def exchange(method, url, headers, body):
    """One request; a refusal is an answer as well."""
    request = urllib.request.Request(
        url, method=method, headers={'content-type': 'application/json', **headers},
        data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
            return answer_of(response.status, response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return answer_of(refusal.code, refusal)
    except (OSError, http.client.HTTPException) as error:
        raise Stopped(f'{method} {url}: {error}; is that cloud running?') from error


def answer_of(status, response):
    text = response.read()
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text.decode(errors='replace')[:TEXT]
    return Answer(status, body, headers)


def made_by(service, path, answer):
    """What a POST to that path has made, or None."""
    collection = COLLECTIONS.get((service, path))
    if collection is None or answer.status >= 300 or not isinstance(answer.body, dict):
        return None
    key, naming = collection
    found = answer.body if key is None else answer.body.get(key)
    name = found.get(naming) if isinstance(found, dict) else None
    return Made(service, path, name) if name else None


def filled(value, names):
    """The body with each string `{name}` replaced by what that name stands for."""
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    whole = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return names[whole[1]] if whole else value


class Cloud:
    """A session of demo: its catalog, the names of its objects, and what was made in it."""

    def __init__(self, title, auth_url, password, zone):
        self.title = title
        body = login('demo', password)
        body['auth']['scope'] = {'project': {'name': 'demo', 'domain': {'id': 'default'}}}
        answer = exchange('POST', auth_url + '/auth/tokens', {}, body)
        if answer.status != 201:
            raise Stopped(f'{title} lets demo not in ({answer.status}): {answer.excerpt()}')
        self.login = answer
        token = answer.body['token']
        self.urls = {entry['type']: public_url(entry) for entry in token['catalog']}
        self.urls['identity'] = auth_url
        self.urls['volume'] = self.urls['volumev3']
        self.names = {'project': token['project']['id'], 'zone': zone}
        self.made = []

    def send(self, service, method, path, body=None, micro=True):
        """One request; what it makes is noted down, for `clean`."""
        headers = {'X-Auth-Token': self.login.headers['x-subject-token']}
        headers.update(MICROVERSIONS if micro else {})
        url = self.urls[service] + path.format_map(self.names)
        answer = exchange(method, url, headers, filled(body, self.names))
        made = made_by(service, path, answer) if method == 'POST' else None
        if made:
            self.made.append(made)
        return answer

    def listed(self, service, path, plural):
        answer = self.send(service, 'GET', path)
        if answer.status != 200:
            raise Stopped(f'{self.title}: GET {path}: {answer.status}: {answer.excerpt()}')
        return answer.body[plural]

    def clean(self):
        """Deletes all that was made and waits until it is gone. Gives back what stays.

        Servers first, for they hold the rest; then the youngest first."""
        youngest = list(reversed(self.made))
        servers = [made for made in youngest if made.collection == '/servers']
        others = [made for made in youngest if made.collection != '/servers']
        return [made for made in servers + others if not self.delete(made)]

    def delete(self, made):
        """Whether it is gone. Asks again while the object is busy."""
        deadline = time.monotonic() + DELETE_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.send(made.service, 'DELETE', made.path()).status == 404:
                    return True
            except Stopped as problem:
                tell(f'while deleting: {problem}')
                return False
            time.sleep(POLL_SECONDS)
        return False


def login(user, password):
    user = {'name': user, 'domain': {'name': 'Default'}, 'password': password}
    return {'auth': {'identity': {'methods': ['password'], 'password': {'user': user}}}}


def public_url(entry):
    urls = [point['url'] for point in entry['endpoints'] if point['interface'] == 'public']
    return urls[0] if urls else None


def tell(line):
    print(line, file=sys.stderr, flush=True)


def kind(value):
    return 'null' if value is None else type(value).__name__


def shapes(reals, labs, where=''):
    """Yields how the shapes of the values differ that stand at one place in both clouds.

    At the top that is one body each. The elements of a list are taken together, because a cloud
    lists them in any order and not every element has everything."""
    if not {kind(value) for value in reals} & {kind(value) for value in labs}:
        yield f'{where}: {seen(reals)} vs {seen(labs)}'
    for inner, real, lab in places(reals, labs):
        yield from shapes(real, lab, where + inner)
    if has_dictionary(reals) and has_dictionary(labs):
        lacking, added = keys(reals) - keys(labs), keys(labs) - keys(reals)
        lacking = {key for key in lacking if not key.endswith('_' + ENCRYPTED)}
        if lacking:
            yield f'{where}: lab lacks {sorted(lacking)}'
        if added:
            yield f'{where}: lab adds {sorted(added)}'


def places(reals, labs):
    """Yields what lies one step deeper in both: its name, and all values there in each cloud."""
    for key in sorted(keys(reals) & keys(labs)):
        yield '.' + key, under(reals, key), under(labs, key)
    real, lab = elements(reals), elements(labs)
    if real and lab:
        yield '[]', real, lab


def has_dictionary(values):
    return any(isinstance(value, dict) for value in values)


def keys(values):
    return {key for value in values if isinstance(value, dict) for key in value}


def under(values, key):
    return [value[key] for value in values if isinstance(value, dict) and key in value]


def elements(values):
    return [element for value in values if isinstance(value, list) for element in value]


def seen(values):
    return f'{"/".join(sorted({kind(value) for value in values}))} {str(values)[:TEXT]}'


def sentence(answer):
    return IDENTIFIER.sub('ID', json.dumps(answer.body, sort_keys=True))


def differences(real, lab):
    """Yields how the lab's answer differs from the real one."""
    if real.status != lab.status:
        yield f'status {real.status} vs {lab.status}: {real.excerpt()} | {lab.excerpt()}'
    yield from shapes([real.body], [lab.body])
    if real.status == lab.status >= 400 and sentence(real) != sentence(lab):
        yield f'real: {real.excerpt()}'
        yield f'lab:  {lab.excerpt()}'
    lacking = real.headers.keys() - lab.headers.keys() - HEADERS_OF_TRANSPORT
    if lacking:
        yield f'lab lacks the headers {sorted(lacking)}'


class Comparison:
    """Both clouds, and what was found: requests answered alike, known and unknown differences."""

    def __init__(self, real, lab):
        self.real, self.lab = real, lab
        self.clouds = (real, lab)
        self.alike, self.known, self.unknown = [], [], []

    def judge(self, name, found, same_status=True):
        """Files the differences of a request. That of a status is never a known one."""
        if not found:
            self.alike.append(name)
            print('same ', name)
        elif name in KNOWN and same_status:
            self.known.append(name)
            print('known', name)
        else:
            self.unknown.append(name)
            tell('\n'.join([f'differs: {name}', *(f'    {line}' for line in found)]))

    def ask(self, name, service, method, path, body=None, micro=True, keep=None):
        """Sends a request to both. `keep`: as what the object that it makes is known later on."""
        answers = [cloud.send(service, method, path, body, micro) for cloud in self.clouds]
        real, lab = answers
        self.judge(name, list(differences(real, lab)), real.status == lab.status)
        if keep:
            for cloud, answer in zip(self.clouds, answers):
                made = made_by(service, path, answer)
                if made is None:
                    raise Stopped(f'{name}: {cloud.title}: {answer.status}: {answer.excerpt()}')
                cloud.names[keep] = made.name

    def until(self, service, path, state, seen):
        """Waits in both clouds until `seen` is true of the answer to a GET of the path."""
        for cloud in self.clouds:
            deadline = time.monotonic() + STATE_SECONDS
            while not seen(answer := cloud.send(service, 'GET', path)):
                if time.monotonic() > deadline:
                    raise Stopped(f'{cloud.title}: {path} is never {state}: {answer.excerpt()}')
                time.sleep(POLL_SECONDS)

    def service(self, name):
        return Service(self, name)


class Service:
    """The requests to one service, in both clouds."""

    def __init__(self, comparison, name):
        self.comparison, self.name = comparison, name

    def get(self, name, path, micro=True):
        self.comparison.ask(name, self.name, 'GET', path, micro=micro)

    def post(self, name, path, body, micro=True, keep=None):
        self.comparison.ask(name, self.name, 'POST', path, body, micro, keep)

    def put(self, name, path, body):
        self.comparison.ask(name, self.name, 'PUT', path, body)

    def delete(self, name, path):
        self.comparison.ask(name, self.name, 'DELETE', path)

    def action(self, name, path, action, arguments=None, micro=True):
        self.post(name, path + '/action', {action: arguments}, micro)

    def wait(self, path, key, status):
        """Until the object under that key of the answer has that status."""
        self.comparison.until(
            self.name, path, status,
            lambda answer: answer.status == 200 and answer.body[key]['status'] == status)

    def wait_gone(self, path):
        self.comparison.until(self.name, path, 'gone', lambda answer: answer.status == 404)


# Identity and image


def identity(both):
    both.judge('token', list(shapes([both.real.login.body], [both.lab.login.body])))
    keystone = both.service('identity')
    keystone.post('wrong pw', '/auth/tokens', login('x', 'y'))
    for path in ('', '/projects', '/auth/projects', '/auth/catalog', '/users', '/nothing'):
        keystone.get('identity' + path, path)


def images(both):
    glance = both.service('image')
    glance.get('image root', '/')
    glance.get('images', '/v2/images')
    glance.get('image 404', '/v2/images/' + ABSENT)


def image_made(both):
    glance = both.service('image')
    glance.post('img create', '/v2/images', {
        'name': 'shape', 'disk_format': 'raw', 'container_format': 'bare', 'x_prop': '1',
    }, keep='image_made')
    glance.get('img show', IMAGE)
    glance.delete('img del', IMAGE)
    glance.post('img bad', '/v2/images', {'status': 'active'})


# Volume

VOLUME_LISTS = (
    '/volumes', '/volumes/detail', '/types', '/limits', '/os-availability-zone', '/types/default',
    '/snapshots/detail', '/attachments', '/os-services', '/volumes/summary',
)
VOLUMES_REFUSED = {
    'vol no size': {'volume': {}},
    'vol size 0': {'volume': {'size': 0}},
    'vol bad type': {'volume': {'size': 1, 'volume_type': 'nosuch'}},
    'vol too big': {'volume': {'size': 100000}},
    'vol bad snap': {'volume': {'size': 1, 'snapshot_id': ABSENT}},
    'vol bad body': {},
}


def volumes_listed(both):
    cinder = both.service('volume')
    for path in VOLUME_LISTS:
        cinder.get('volume' + path, path)
    cinder.get('quota', '/os-quota-sets/{project}?usage=True')
    cinder.get('vol 404', '/volumes/' + ABSENT)
    cinder.get('snap 404', '/snapshots/' + ABSENT)
    for name, body in VOLUMES_REFUSED.items():
        cinder.post(name, '/volumes', body)


def volume_made(both):
    cinder = both.service('volume')
    cinder.post('vol create', '/volumes', {
        'volume': {'size': 1, 'name': 'shape', 'metadata': {'a': 'b'}, 'description': 'd'},
    }, keep='volume')
    cinder.wait(VOLUME, 'volume', 'available')
    cinder.get('vol show', VOLUME)
    cinder.get('vol show 3.0', VOLUME, micro=False)
    cinder.put('vol put', VOLUME, {'volume': {'name': 'shape2'}})
    cinder.get('vol list by md', '/volumes/detail?metadata=%7B%27a%27%3A+%27b%27%7D')
    cinder.action('set_image_md', VOLUME, 'os-set_image_metadata',
                  {'metadata': {'hw_disk_bus': 'virtio'}})
    cinder.action('set_bootable', VOLUME, 'os-set_bootable', {'bootable': True})
    cinder.action('bad action', VOLUME, 'os-nothing', {})
    cinder.action('reset', VOLUME, 'os-reset_status', {'status': 'error'})
    cinder.action('extend small', VOLUME, 'os-extend', {'new_size': 1})


def volume_metadata(both):
    cinder = both.service('volume')
    metadata = VOLUME + '/metadata'
    cinder.get('vol md', metadata)
    cinder.post('vol md post', metadata, {'metadata': {'c': 'd'}})
    cinder.put('vol md put', metadata + '/c', {'meta': {'c': 'e'}})
    cinder.delete('vol md del', metadata + '/c')
    cinder.get('vol md 404', metadata + '/zz')


def snapshot_made(both):
    cinder = both.service('volume')
    cinder.post('snap create', '/snapshots', {
        'snapshot': {'volume_id': '{volume}', 'name': 'shape', 'metadata': {'x': 'y'}},
    }, keep='snapshot')
    cinder.wait(SNAPSHOT, 'snapshot', 'available')
    cinder.get('snap show', SNAPSHOT)
    cinder.put('snap put', SNAPSHOT, {'snapshot': {'name': 's2'}})
    cinder.get('snap list', '/snapshots')
    cinder.get('snap detail', '/snapshots/detail')
    cinder.delete('del vol with snap', VOLUME)
    cinder.post('vol smaller', '/volumes', {'volume': {'size': 0, 'snapshot_id': '{snapshot}'}})


def volumes_deleted(both):
    cinder = both.service('volume')
    cinder.delete('del vol2', COPY)
    cinder.delete('del snap', SNAPSHOT)
    cinder.wait_gone(SNAPSHOT)
    cinder.delete('del vol', VOLUME)


# Network

NETWORK_LISTS = (
    '/', '/v2.0/networks', '/v2.0/subnets', '/v2.0/ports', '/v2.0/security-groups',
    '/v2.0/security-group-rules', '/v2.0/floatingips', '/v2.0/routers', '/v2.0/extensions',
    '/v2.0/availability_zones',
)
NETWORK_ABSENT = {
    'net 404': '/v2.0/networks/',
    'port 404': '/v2.0/ports/',
    'sg 404': '/v2.0/security-groups/',
    'fip 404': '/v2.0/floatingips/',
    'subnet 404': '/v2.0/subnets/',
}
RULE = {
    'security_group_rule': {
        'security_group_id': '{group}', 'direction': 'ingress', 'ethertype': 'IPv4',
        'protocol': 'tcp', 'port_range_min': 22, 'port_range_max': 22,
        'remote_ip_prefix': '10.0.0.1/32',
    },
}
# The network is that of the comparison where none is told.
PORTS_REFUSED = {
    'port same mac': {'mac_address': MAC},
    'port same ip': {'fixed_ips': [{'ip_address': '10.77.0.20'}]},
    'port out ip': {'fixed_ips': [{'ip_address': '10.78.0.20'}]},
    'port out ip sub': {'fixed_ips': [{'subnet_id': '{subnet}', 'ip_address': '10.78.0.20'}]},
    'port bad mac': {'mac_address': 'zz'},
    'port bad net': {'network_id': ABSENT},
    'port bad sg': {'security_groups': [ABSENT]},
}


def networks_listed(both):
    neutron = both.service('network')
    for path in NETWORK_LISTS:
        neutron.get('net' + path, path)
    neutron.get('net quota', '/v2.0/quotas/{project}')
    neutron.get('net quota d', '/v2.0/quotas/{project}/details.json')
    for name, path in NETWORK_ABSENT.items():
        neutron.get(name, path + ABSENT)


def subnet(cidr, **more):
    return {'subnet': {'network_id': '{network}', 'cidr': cidr, 'ip_version': 4, **more}}


def network_made(both):
    neutron = both.service('network')
    neutron.post('net create', '/v2.0/networks', {'network': {'name': 'shape'}}, keep='network')
    neutron.post('subnet create', '/v2.0/subnets', subnet('10.77.0.0/24', name='shape'),
                 keep='subnet')
    neutron.post('subnet overlap', '/v2.0/subnets', subnet('10.77.0.0/25'))
    neutron.post('subnet bad', '/v2.0/subnets', subnet('10.77.0.0/99'))
    neutron.post('sg create', '/v2.0/security-groups',
                 {'security_group': {'name': 'shape', 'description': 'x'}}, keep='group')
    neutron.post('rule create', '/v2.0/security-group-rules', RULE)
    neutron.post('rule dup', '/v2.0/security-group-rules', RULE)


def port_made(both):
    neutron = both.service('network')
    neutron.post('port create', '/v2.0/ports', {
        'port': {
            'network_id': '{network}', 'mac_address': MAC, 'security_groups': ['{group}'],
            'fixed_ips': [{'ip_address': '10.77.0.20'}], 'name': 'shape',
        },
    }, keep='port')
    for name, port in PORTS_REFUSED.items():
        neutron.post(name, '/v2.0/ports', {'port': {'network_id': '{network}', **port}})
    neutron.put('port put', PORT, {'port': {'name': 'q'}})
    neutron.get('ports by mac', f'/v2.0/ports?mac_address={MAC}&fields=id&fields=mac_address')
    neutron.get('ports by ip', '/v2.0/ports?fixed_ips=ip_address%3D10.77.0.20')
    neutron.delete('net del in use', NETWORK)
    neutron.delete('subnet del in use', SUBNET)
    neutron.delete('sg del in use', GROUP)


def floating_made(both):
    for cloud in both.clouds:
        cloud.names['external'] = external_network(cloud)
    neutron = both.service('network')
    collection = '/v2.0/floatingips'
    external = {'floating_network_id': '{external}'}
    neutron.post('fip create', collection, {'floatingip': external}, keep='floating')
    neutron.post('fip exact', collection,
                 {'floatingip': {**external, 'floating_ip_address': '1.2.3.4'}})
    neutron.post('fip bad', collection, {'floatingip': {'floating_network_id': '{network}'}})
    neutron.get('fip show', FLOATING)
    neutron.put('fip assoc', FLOATING, {'floatingip': {'port_id': '{port}'}})


def external_network(cloud):
    for network in cloud.listed('network', '/v2.0/networks', 'networks'):
        if network['router:external']:
            return network['id']
    raise Stopped(f'{cloud.title} has no external network')


def networks_deleted(both):
    neutron = both.service('network')
    neutron.delete('del fip', FLOATING)
    neutron.delete('del port', PORT)
    neutron.delete('del sg', GROUP)
    neutron.delete('del net', NETWORK)


# Compute

COMPUTE_LISTS = (
    '/', '/flavors', '/flavors/detail', '/servers', '/servers/detail', '/os-keypairs', '/limits',
    '/os-availability-zone', '/os-server-groups', '/extensions',
)


def server(volume=True, **changes):
    """A server that boots from the volume and has the port, but for the changes."""
    body = {
        'name': 'shape', 'flavorRef': '{flavor}', 'availability_zone': '{zone}',
        'networks': [{'port': '{port}'}],
    }
    if volume:
        body['block_device_mapping_v2'] = [BOOT_VOLUME]
    return {'server': {**body, **changes}}


SERVERS_REFUSED = {
    'srv bad flavor': server(flavorRef='nosuch'),
    'srv no boot': server(volume=False),
    'srv bad image': server(volume=False, imageRef=ABSENT),
    'srv bad key': server(key_name='nosuch'),
    'srv bad az': server(availability_zone='nosuch'),
    'srv bad net': server(networks=[{'uuid': ABSENT}]),
    'srv bad port': server(networks=[{'port': ABSENT}]),
    'srv bad vol': server(block_device_mapping_v2=[{
        'uuid': ABSENT, 'source_type': 'volume', 'destination_type': 'volume', 'boot_index': 0,
    }]),
    'srv bad userdata': server(user_data='abc'),
    'srv bad sg': server(networks=[{'uuid': '{network}'}], security_groups=[{'name': 'nosuch'}]),
}


def compute_listed(both):
    nova = both.service('compute')
    for path in COMPUTE_LISTS:
        nova.get('nova' + path, path)
    nova.get('nova quota', '/os-quota-sets/{project}')
    nova.get('nova quota d', '/os-quota-sets/{project}/detail')
    nova.get('srv 404', '/servers/' + ABSENT)
    nova.get('fl 404', '/flavors/nosuch')
    nova.get('kp 404', '/os-keypairs/nosuch')
    nova.delete('sg404', '/os-server-groups/' + ABSENT)


def keypair_and_group_made(both):
    nova = both.service('compute')
    keypair = {'name': 'shape', 'public_key': PUBLIC_KEY}
    nova.post('kp create', '/os-keypairs', {'keypair': {**keypair, 'type': 'ssh'}}, keep='keypair')
    nova.post('kp dup', '/os-keypairs', {'keypair': keypair})
    nova.post('kp bad', '/os-keypairs', {'keypair': {'name': 'shape3', 'public_key': 'x'}})
    nova.get('kp show', '/os-keypairs/{keypair}')
    nova.get('kp list', '/os-keypairs')
    nova.post('group', '/os-server-groups',
              {'server_group': {'name': 'shape', 'policy': 'anti-affinity'}}, keep='server_group')


def server_made(both):
    for cloud in both.clouds:
        cloud.names['flavor'] = smallest_flavor(cloud)
        stored = cloud.listed('image', '/v2/images', 'images')
        cloud.names['image'] = stored[0]['id'] if stored else None
    nova = both.service('compute')
    for name, body in SERVERS_REFUSED.items():
        nova.post(name, '/servers', body)
    nova.post('srv create', '/servers', server(
        metadata={'m': 'n'}, config_drive=True, key_name='{keypair}'), keep='server')
    nova.get('srv building', SERVER)
    nova.wait(SERVER, 'server', 'ACTIVE')
    nova.get('srv show', SERVER)
    nova.get('srv show 2.1', SERVER, micro=False)
    nova.get('srv detail', '/servers/detail')


def smallest_flavor(cloud):
    for flavor in cloud.listed('compute', '/flavors', 'flavors'):
        if flavor['name'] == 'm1.tiny':
            return flavor['id']
    raise Stopped(f'{cloud.title} has no flavor m1.tiny')


def what_the_server_uses(both):
    nova, cinder, neutron = map(both.service, ('compute', 'volume', 'network'))
    nova.post('port used', '/servers', server(volume=False, imageRef='{image}'))
    nova.post('vol used', '/servers', server(networks=[{'uuid': '{network}'}]))
    cinder.get('vol inuse', VOLUME)
    cinder.delete('vol inuse del', VOLUME)
    neutron.get('port bound', PORT)
    neutron.get('fip bound', FLOATING)
    cinder.get('atts', '/attachments/detail')
    nova.get('att list', ATTACHMENTS)
    nova.get('att list 2.1', ATTACHMENTS, micro=False)
    nova.delete('att root del', ATTACHMENTS + '/{volume}')
    nova.delete('att 404', f'{ATTACHMENTS}/{ABSENT}')
    nova.get('iface', SERVER + '/os-interface')
    nova.post('attach inuse', ATTACHMENTS, {'volumeAttachment': {'volumeId': '{volume}'}})
    nova.post('attach 404', ATTACHMENTS, {'volumeAttachment': {'volumeId': ABSENT}})


def second_volume(both):
    nova, cinder = map(both.service, ('compute', 'volume'))
    cinder.post('vol2', '/volumes', {'volume': {'snapshot_id': '{snapshot}', 'name': 'shape2'}},
                keep='copy')
    cinder.wait(COPY, 'volume', 'available')
    nova.post('attach', ATTACHMENTS, {'volumeAttachment': {'volumeId': '{copy}'}})
    cinder.wait(COPY, 'volume', 'in-use')
    cinder.get('vol2 show', COPY)
    nova.get('att show', ATTACHMENTS + '/{copy}')
    cinder.post('snap inuse', '/snapshots', {'snapshot': {'volume_id': '{copy}'}}, micro=False)
    cinder.action('extend in use', COPY, 'os-extend', {'new_size': 3}, micro=False)
    nova.delete('detach', ATTACHMENTS + '/{copy}')
    cinder.wait(COPY, 'volume', 'available')


def server_stopped_and_deleted(both):
    nova, cinder, neutron = map(both.service, ('compute', 'volume', 'network'))
    nova.action('console', SERVER, 'os-getConsoleOutput', {'length': 3})
    nova.action('bad act', SERVER, 'nothing')
    nova.action('start active', SERVER, 'os-start')
    nova.action('stop', SERVER, 'os-stop')
    nova.wait(SERVER, 'server', 'SHUTOFF')
    nova.get('stopped', SERVER)
    nova.action('stop stopped', SERVER, 'os-stop')
    nova.delete('srv del', SERVER)
    nova.wait_gone(SERVER)
    neutron.get('port after', PORT)
    cinder.wait(VOLUME, 'volume', 'available')
    cinder.wait(COPY, 'volume', 'available')


def keypair_and_group_deleted(both):
    nova = both.service('compute')
    nova.delete('del kp', '/os-keypairs/{keypair}')
    nova.delete('del grp', '/os-server-groups/{server_group}')


SECTIONS = (
    identity, images, volumes_listed, volume_made, volume_metadata, snapshot_made, networks_listed,
    network_made, port_made, floating_made, compute_listed, keypair_and_group_made, server_made,
    what_the_server_uses, second_volume, server_stopped_and_deleted, volumes_deleted,
    networks_deleted, keypair_and_group_deleted, image_made,
)


def compare(both):
    """Runs all sections. Whether that went to the end and nothing made is left."""
    complete = False
    try:
        for section in SECTIONS:
            section(both)
        complete = True
    except Stopped as problem:
        tell(f'stopped: {problem}')
    finally:
        left = [(cloud.title, made) for cloud in both.clouds for made in cloud.clean()]
        for title, made in left:
            tell(f'not deleted in {title}: {made.service} {made.path()}')
    return complete and not left


def main(arguments):
    if len(arguments) != 2:
        tell(__doc__)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that `finally` cleans up
    setting = os.environ.get
    try:
        real = Cloud('the real cloud', arguments[0], setting('REAL_PASSWORD', 'osct'),
                     setting('REAL_ZONE', 'az-fake'))
        lab = Cloud('the lab', arguments[1], setting('LAB_PASSWORD', 'nobody-else-says-this-7f3c'), 'nova')
    except Stopped as problem:
        tell(problem)
        return 1
    both = Comparison(real, lab)
    complete = compare(both)
    if both.unknown:
        tell('differing: ' + ', '.join(both.unknown))
    if both.unknown or not complete:
        return 1
    for name in KNOWN:
        if name not in both.known:
            print(f'note  {name}: differs no more; KNOWN says: {KNOWN[name]}')
    print(f'{len(both.alike)} requests answered alike, {len(both.known)} known differences')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
