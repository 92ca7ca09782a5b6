#!/usr/bin/python3
"""Sends the same requests to a real OpenStack and to the lab and compares the shapes of the answers.

usage: compare.py REAL_AUTH_URL LAB_AUTH_URL      (both end in /v3)
       REAL_PASSWORD (default: osct), LAB_PASSWORD (default: lab), REAL_ZONE (default: az-fake)

User demo of project demo in both. Compared are: status, keys, the types of values, and the sentences of
refusals without their identifiers. Each difference is a line, and there is none that is not listed in
KNOWN. Everything that it makes it deletes, in both.
"""
import json, os, re, sys, urllib.request, uuid, time

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
SAME = re.compile(r'[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}')
differing = []


def plain(answer):
    return SAME.sub('ID', json.dumps(answer, sort_keys=True))


def call(base, method, url, tok=None, body=None, heads={}):
    h={'content-type':'application/json', **heads}
    if tok: h['X-Auth-Token']=tok
    r=urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None, headers=h)
    try:
        with urllib.request.urlopen(r, timeout=60) as f:
            t=f.read(); s=f.status; hd=dict(f.headers)
    except urllib.error.HTTPError as e:
        t=e.read(); s=e.code; hd=dict(e.headers)
    try: j=json.loads(t) if t else None
    except ValueError: j=t.decode(errors='replace')[:300]
    return s,j,hd
class Cloud:
    def __init__(s, auth, user, pw):
        st,j,h=call(None,'POST',auth+'/auth/tokens',body={"auth":{"identity":{"methods":["password"],"password":{"user":{"name":user,"domain":{"name":"Default"},"password":pw}}},"scope":{"project":{"name":"demo","domain":{"id":"default"}}}}})
        assert st==201,(st,j)
        s.auth=auth; s.token_doc=j; s.tok={k.lower():v for k,v in h.items()}['x-subject-token']
        s.cat={e['type']:[x['url'] for x in e['endpoints'] if x['interface']=='public'][0] for e in j['token']['catalog']}
        s.ids={}
    def __call__(s, svc, method, path, body=None, micro=True):
        heads={'OpenStack-API-Version':'compute 2.79, volume 3.59','X-OpenStack-Nova-API-Version':'2.79'} if micro else {}
        if svc=='volume': svc='volumev3'
        url=(s.auth if svc=='identity' else s.cat[svc])+path
        return call(None,method,url,s.tok,body,heads)
A=Cloud(sys.argv[1],'demo',os.environ.get('REAL_PASSWORD','osct')); B=Cloud(sys.argv[2],'demo',os.environ.get('LAB_PASSWORD','lab'))
ZONE=os.environ.get('REAL_ZONE','az-fake')
def kind(v):
    return 'null' if v is None else type(v).__name__
def diff(a,b,path,out):
    if isinstance(a,dict) and isinstance(b,dict):
        if set(a)-set(b): out.append(f'{path}: lab lacks {sorted(set(a)-set(b))}')
        if set(b)-set(a): out.append(f'{path}: lab adds {sorted(set(b)-set(a))}')
        for k in a:
            if k in b: diff(a[k],b[k],f'{path}.{k}',out)
    elif isinstance(a,list) and isinstance(b,list):
        if a and b: diff(a[0],b[0],path+'[0]',out)
    elif kind(a)!=kind(b): out.append(f'{path}: {kind(a)} {a!r} vs {kind(b)} {b!r}')
def both(name, svc, method, fa, body=None, micro=True, ignore=()):
    ra=fa; res=[]
    for c in (A,B):
        p=fa(c) if callable(fa) else fa
        bd=body(c) if callable(body) else body
        res.append(c(svc,method,p,bd,micro))
    (sa,ja,ha),(sb,jb,hb)=res
    out=[]
    if sa!=sb: out.append(f'status {sa} vs {sb}: {str(ja)[:200]} | {str(jb)[:200]}')
    diff(ja,jb,'',out)
    if sa>=400 and sa==sb and plain(ja)!=plain(jb): out.append(f'   real: {str(ja)[:260]}\n   lab:  {str(jb)[:260]}')
    la={k.lower() for k in ha}-{'date','content-length','connection','server','keep-alive','x-compute-request-id','transfer-encoding'}; lb={k.lower() for k in hb}
    if la-lb: out.append(f'headers lacking {sorted(la-lb)}')
    known = name in KNOWN and sa == sb
    if out and not known: differing.append(name)
    print(('same  ' if not out else 'known ' if known else 'DIFF  ')+name)
    if not known: [print('     ',o) for o in out]
    return [r[1] for r in res]
out=[]; diff(A.token_doc,B.token_doc,'token',out); print('token',out)
if out: differing.append('token')
both('wrong pw','identity','POST','/auth/tokens',{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":'x',"domain":{"name":"Default"},"password":'y'}}}}})
for path in ('','/projects','/auth/projects','/auth/catalog','/users','/nothing'):
    both('identity'+path,'identity','GET',path)
both('image root','image','GET','/'); both('images','image','GET','/v2/images')
both('image 404','image','GET','/v2/images/'+str(uuid.uuid4()))
for p in ('/volumes','/volumes/detail','/types','/limits','/os-availability-zone','/types/default','/snapshots/detail','/attachments','/os-services','/volumes/summary'): both('volume'+p,'volume','GET',p)
both('quota','volume','GET',lambda c:'/os-quota-sets/'+c.token_doc['token']['project']['id']+'?usage=True')
both('vol 404','volume','GET','/volumes/'+str(uuid.uuid4())); both('snap 404','volume','GET','/snapshots/'+str(uuid.uuid4()))
both('vol no size','volume','POST','/volumes',{"volume":{}}); both('vol size 0','volume','POST','/volumes',{"volume":{"size":0}})
both('vol bad type','volume','POST','/volumes',{"volume":{"size":1,"volume_type":"nosuch"}})
both('vol too big','volume','POST','/volumes',{"volume":{"size":100000}})
both('vol bad snap','volume','POST','/volumes',{"volume":{"size":1,"snapshot_id":str(uuid.uuid4())}})
both('vol bad body','volume','POST','/volumes',{})
v=both('vol create','volume','POST','/volumes',{"volume":{"size":1,"name":"shape","metadata":{"a":"b"},"description":"d"}})
for c,j in zip((A,B),v): c.ids['vol']=j['volume']['id']
def wait(path,svc,ptr,want):
    for c in (A,B):
        for _ in range(120):
            s,j,_h=c(svc,'GET',path(c))
            x=j
            for k in ptr: x=x.get(k) if isinstance(x,dict) else None
            if x==want: break
            time.sleep(1)
        else: print('never',want,j)
V=lambda c:'/volumes/'+c.ids['vol']
wait(V,'volume',('volume','status'),'available')
both('vol show','volume','GET',V); both('vol show 3.0','volume','GET',V,micro=False); both('vol put','volume','PUT',V,{"volume":{"name":"shape2"}})
both('vol list by md','volume','GET',"/volumes/detail?metadata=%7B%27a%27%3A+%27b%27%7D")
both('set_image_md','volume','POST',lambda c:V(c)+'/action',{"os-set_image_metadata":{"metadata":{"hw_disk_bus":"virtio"}}})
both('set_bootable','volume','POST',lambda c:V(c)+'/action',{"os-set_bootable":{"bootable":True}})
both('bad action','volume','POST',lambda c:V(c)+'/action',{"os-nothing":{}})
both('reset','volume','POST',lambda c:V(c)+'/action',{"os-reset_status":{"status":"error"}})
both('extend small','volume','POST',lambda c:V(c)+'/action',{"os-extend":{"new_size":1}})
both('vol md','volume','GET',lambda c:V(c)+'/metadata'); both('vol md post','volume','POST',lambda c:V(c)+'/metadata',{"metadata":{"c":"d"}}); both('vol md put','volume','PUT',lambda c:V(c)+'/metadata/c',{"meta":{"c":"e"}}); both('vol md del','volume','DELETE',lambda c:V(c)+'/metadata/c'); both('vol md 404','volume','GET',lambda c:V(c)+'/metadata/zz')
s=both('snap create','volume','POST','/snapshots',lambda c:{"snapshot":{"volume_id":c.ids['vol'],"name":"shape","metadata":{"x":"y"}}})
for c,j in zip((A,B),s): c.ids['snap']=j['snapshot']['id']
S=lambda c:'/snapshots/'+c.ids['snap']
wait(S,'volume',('snapshot','status'),'available')
both('snap show','volume','GET',S); both('snap put','volume','PUT',S,{"snapshot":{"name":"s2"}}); both('snap list','volume','GET','/snapshots'); both('snap detail','volume','GET','/snapshots/detail')
both('del vol with snap','volume','DELETE',V)
both('vol smaller','volume','POST','/volumes',lambda c:{"volume":{"size":0,"snapshot_id":c.ids['snap']}})
# network
for p in ('/','/v2.0/networks','/v2.0/subnets','/v2.0/ports','/v2.0/security-groups','/v2.0/security-group-rules','/v2.0/floatingips','/v2.0/routers','/v2.0/extensions','/v2.0/availability_zones'): both('net'+p,'network','GET',p)
both('net quota','network','GET',lambda c:'/v2.0/quotas/'+c.token_doc['token']['project']['id']); both('net quota d','network','GET',lambda c:'/v2.0/quotas/'+c.token_doc['token']['project']['id']+'/details.json')
both('net 404','network','GET','/v2.0/networks/'+str(uuid.uuid4())); both('port 404','network','GET','/v2.0/ports/'+str(uuid.uuid4())); both('sg 404','network','GET','/v2.0/security-groups/'+str(uuid.uuid4())); both('fip 404','network','GET','/v2.0/floatingips/'+str(uuid.uuid4())); both('subnet 404','network','GET','/v2.0/subnets/'+str(uuid.uuid4()))
n=both('net create','network','POST','/v2.0/networks',{"network":{"name":"shape"}})
for c,j in zip((A,B),n): c.ids['net']=j['network']['id']
n=both('subnet create','network','POST','/v2.0/subnets',lambda c:{"subnet":{"network_id":c.ids['net'],"cidr":"10.77.0.0/24","ip_version":4,"name":"shape"}})
for c,j in zip((A,B),n): c.ids['sub']=j['subnet']['id']
both('subnet overlap','network','POST','/v2.0/subnets',lambda c:{"subnet":{"network_id":c.ids['net'],"cidr":"10.77.0.0/25","ip_version":4}})
both('subnet bad','network','POST','/v2.0/subnets',lambda c:{"subnet":{"network_id":c.ids['net'],"cidr":"10.77.0.0/99","ip_version":4}})
g=both('sg create','network','POST','/v2.0/security-groups',{"security_group":{"name":"shape","description":"x"}})
for c,j in zip((A,B),g): c.ids['sg']=j['security_group']['id']
rule=lambda c:{"security_group_rule":{"security_group_id":c.ids['sg'],"direction":"ingress","ethertype":"IPv4","protocol":"tcp","port_range_min":22,"port_range_max":22,"remote_ip_prefix":"10.0.0.1/32"}}
both('rule create','network','POST','/v2.0/security-group-rules',rule); both('rule dup','network','POST','/v2.0/security-group-rules',rule)
p=both('port create','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"mac_address":"fa:16:3e:aa:bb:01","fixed_ips":[{"ip_address":"10.77.0.20"}],"security_groups":[c.ids['sg']],"name":"shape"}})
for c,j in zip((A,B),p): c.ids['port']=j['port']['id']
both('port same mac','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"mac_address":"fa:16:3e:aa:bb:01"}})
both('port same ip','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"fixed_ips":[{"ip_address":"10.77.0.20"}]}})
both('port out ip','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"fixed_ips":[{"ip_address":"10.78.0.20"}]}})
both('port out ip sub','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"fixed_ips":[{"subnet_id":c.ids['sub'],"ip_address":"10.78.0.20"}]}})
both('port bad mac','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"mac_address":"zz"}})
both('port bad net','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":str(uuid.UUID(int=1))}})
both('port bad sg','network','POST','/v2.0/ports',lambda c:{"port":{"network_id":c.ids['net'],"security_groups":[str(uuid.UUID(int=1))]}})
P=lambda c:'/v2.0/ports/'+c.ids['port']
both('port put','network','PUT',P,{"port":{"name":"q"}}); both('ports by mac','network','GET','/v2.0/ports?mac_address=fa:16:3e:aa:bb:01&fields=id&fields=mac_address')
both('ports by ip','network','GET','/v2.0/ports?fixed_ips=ip_address%3D10.77.0.20')
both('net del in use','network','DELETE',lambda c:'/v2.0/networks/'+c.ids['net']); both('subnet del in use','network','DELETE',lambda c:'/v2.0/subnets/'+c.ids['sub']); both('sg del in use','network','DELETE',lambda c:'/v2.0/security-groups/'+c.ids['sg'])
for c in (A,B):
    c.ids['ext']=[x for x in c('network','GET','/v2.0/networks')[1]['networks'] if x['router:external']][0]['id']
f=both('fip create','network','POST','/v2.0/floatingips',lambda c:{"floatingip":{"floating_network_id":c.ids['ext']}})
for c,j in zip((A,B),f): c.ids['fip']=j['floatingip']['id']
both('fip exact','network','POST','/v2.0/floatingips',lambda c:{"floatingip":{"floating_network_id":c.ids['ext'],"floating_ip_address":"1.2.3.4"}})
both('fip bad','network','POST','/v2.0/floatingips',lambda c:{"floatingip":{"floating_network_id":c.ids['net']}})
both('fip show','network','GET',lambda c:'/v2.0/floatingips/'+c.ids['fip'])
both('fip assoc','network','PUT',lambda c:'/v2.0/floatingips/'+c.ids['fip'],lambda c:{"floatingip":{"port_id":c.ids['port']}})
# compute
for p in ('/','/flavors','/flavors/detail','/servers','/servers/detail','/os-keypairs','/limits','/os-availability-zone','/os-server-groups','/extensions'): both('nova'+p,'compute','GET',p)
both('nova quota','compute','GET',lambda c:'/os-quota-sets/'+c.token_doc['token']['project']['id']); both('nova quota d','compute','GET',lambda c:'/os-quota-sets/'+c.token_doc['token']['project']['id']+'/detail')
both('srv 404','compute','GET','/servers/'+str(uuid.uuid4())); both('fl 404','compute','GET','/flavors/nosuch'); both('kp 404','compute','GET','/os-keypairs/nosuch'); both('sg404','compute','DELETE','/os-server-groups/'+str(uuid.uuid4()))
PUB='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI'+'B'*42+'A compare'
k=both('kp create','compute','POST','/os-keypairs',{"keypair":{"name":"shape","public_key":PUB,"type":"ssh"}}); both('kp dup','compute','POST','/os-keypairs',{"keypair":{"name":"shape","public_key":PUB}}); both('kp bad','compute','POST','/os-keypairs',{"keypair":{"name":"shape3","public_key":"x"}}); both('kp show','compute','GET','/os-keypairs/shape'); both('kp list','compute','GET','/os-keypairs')
g=both('group','compute','POST','/os-server-groups',{"server_group":{"name":"shape","policy":"anti-affinity"}})
for c,j in zip((A,B),g): c.ids['grp']=j['server_group']['id']
for c in (A,B):
    fl=c('compute','GET','/flavors')[1]['flavors']; c.ids['fl']=[x['id'] for x in fl if x['name']=='m1.tiny'][0]
    im=c('image','GET','/v2/images')[1]['images']; c.ids['im']=im[0]['id'] if im else None
def srv(**kw):
    return lambda c:{"server":{"name":"shape","flavorRef":c.ids['fl'],"availability_zone":ZONE if c is A else 'nova',"networks":[{"port":c.ids['port']}],**{k:(v(c) if callable(v) else v) for k,v in kw.items()}}}
bdm=lambda c:[{"uuid":c.ids['vol'],"source_type":"volume","destination_type":"volume","boot_index":0,"delete_on_termination":False}]
both('srv bad flavor','compute','POST','/servers',srv(flavorRef='nosuch',block_device_mapping_v2=bdm)); both('srv no boot','compute','POST','/servers',srv()); both('srv bad image','compute','POST','/servers',srv(imageRef=str(uuid.UUID(int=3))))
both('srv bad key','compute','POST','/servers',srv(key_name='nosuch',block_device_mapping_v2=bdm)); both('srv bad az','compute','POST','/servers',srv(availability_zone='nosuch',block_device_mapping_v2=bdm))
both('srv bad net','compute','POST','/servers',srv(networks=[{"uuid":str(uuid.UUID(int=3))}],block_device_mapping_v2=bdm)); both('srv bad port','compute','POST','/servers',srv(networks=[{"port":str(uuid.UUID(int=3))}],block_device_mapping_v2=bdm))
both('srv bad vol','compute','POST','/servers',srv(block_device_mapping_v2=[{"uuid":str(uuid.UUID(int=3)),"source_type":"volume","destination_type":"volume","boot_index":0}])); both('srv bad userdata','compute','POST','/servers',srv(user_data='abc',block_device_mapping_v2=bdm)); both('srv bad sg','compute','POST','/servers',srv(networks=lambda c:[{"uuid":c.ids['net']}],security_groups=[{"name":"nosuch"}],block_device_mapping_v2=bdm))
r=both('srv create','compute','POST','/servers',srv(block_device_mapping_v2=bdm,metadata={"m":"n"},config_drive=True,key_name='shape'))
for c,j in zip((A,B),r): c.ids['srv']=j['server']['id']
R=lambda c:'/servers/'+c.ids['srv']
both('srv building','compute','GET',R)
wait(R,'compute',('server','status'),'ACTIVE')
both('srv show','compute','GET',R); both('srv show 2.1','compute','GET',R,micro=False); both('srv detail','compute','GET','/servers/detail'); both('port used','compute','POST','/servers',srv(imageRef=lambda c:c.ids['im'])); both('vol used','compute','POST','/servers',srv(networks=lambda c:[{"uuid":c.ids['net']}],block_device_mapping_v2=bdm))
both('vol inuse','volume','GET',V); both('vol inuse del','volume','DELETE',V); both('port bound','network','GET',P); both('fip bound','network','GET',lambda c:'/v2.0/floatingips/'+c.ids['fip']); both('atts','volume','GET','/attachments/detail')
both('att list','compute','GET',lambda c:R(c)+'/os-volume_attachments'); both('att list 2.1','compute','GET',lambda c:R(c)+'/os-volume_attachments',micro=False); both('att root del','compute','DELETE',lambda c:R(c)+'/os-volume_attachments/'+c.ids['vol']); both('att 404','compute','DELETE',lambda c:R(c)+'/os-volume_attachments/'+str(uuid.UUID(int=4))); both('iface','compute','GET',lambda c:R(c)+'/os-interface')
both('attach inuse','compute','POST',lambda c:R(c)+'/os-volume_attachments',lambda c:{"volumeAttachment":{"volumeId":c.ids['vol']}}); both('attach 404','compute','POST',lambda c:R(c)+'/os-volume_attachments',lambda c:{"volumeAttachment":{"volumeId":str(uuid.UUID(int=4))}})
v=both('vol2','volume','POST','/volumes',lambda c:{"volume":{"snapshot_id":c.ids['snap'],"name":"shape2"}})
for c,j in zip((A,B),v): c.ids['vol2']=j['volume']['id']
V2=lambda c:'/volumes/'+c.ids['vol2']
wait(V2,'volume',('volume','status'),'available')
both('attach','compute','POST',lambda c:R(c)+'/os-volume_attachments',lambda c:{"volumeAttachment":{"volumeId":c.ids['vol2']}})
wait(V2,'volume',('volume','status'),'in-use')
both('vol2 show','volume','GET',V2); both('att show','compute','GET',lambda c:R(c)+'/os-volume_attachments/'+c.ids['vol2']); both('snap inuse','volume','POST','/snapshots',lambda c:{"snapshot":{"volume_id":c.ids['vol2']}},micro=False)
both('extend in use','volume','POST',lambda c:V2(c)+'/action',{"os-extend":{"new_size":3}},micro=False)
both('detach','compute','DELETE',lambda c:R(c)+'/os-volume_attachments/'+c.ids['vol2']); wait(V2,'volume',('volume','status'),'available')
both('console','compute','POST',lambda c:R(c)+'/action',{"os-getConsoleOutput":{"length":3}}); both('bad act','compute','POST',lambda c:R(c)+'/action',{"nothing":None}); both('start active','compute','POST',lambda c:R(c)+'/action',{"os-start":None}); both('stop','compute','POST',lambda c:R(c)+'/action',{"os-stop":None}); wait(R,'compute',('server','status'),'SHUTOFF'); both('stopped','compute','GET',R); both('stop stopped','compute','POST',lambda c:R(c)+'/action',{"os-stop":None})
both('srv del','compute','DELETE',R)
for c in (A,B):
    for _ in range(60):
        if c('compute','GET',R(c))[0]==404: break
        time.sleep(1)
both('port after','network','GET',P); wait(V,'volume',('volume','status'),'available'); wait(V2,'volume',('volume','status'),'available')
both('del vol2','volume','DELETE',V2); both('del snap','volume','DELETE',S)
for c in (A,B):
    for _ in range(60):
        if c('volume','GET',S(c))[0]==404: break
        time.sleep(1)
both('del vol','volume','DELETE',V); both('del fip','network','DELETE',lambda c:'/v2.0/floatingips/'+c.ids['fip']); both('del port','network','DELETE',P); both('del sg','network','DELETE',lambda c:'/v2.0/security-groups/'+c.ids['sg']); both('del net','network','DELETE',lambda c:'/v2.0/networks/'+c.ids['net']); both('del kp','compute','DELETE','/os-keypairs/shape'); both('del grp','compute','DELETE',lambda c:'/os-server-groups/'+c.ids['grp'])
i=both('img create','image','POST','/v2/images',{"name":"shape","disk_format":"raw","container_format":"bare","x_prop":"1"})
for c,j in zip((A,B),i): c.ids['img']=j['id']
both('img show','image','GET',lambda c:'/v2/images/'+c.ids['img']); both('img del','image','DELETE',lambda c:'/v2/images/'+c.ids['img']); both('img bad','image','POST','/v2/images',{"status":"active"})

if differing:
    sys.exit('differing: %s' % ', '.join(differing))
print('no difference that is not known')
