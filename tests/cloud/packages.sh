#!/bin/bash
# packages.sh [NAME...]: installs these packages, or else Debian's OpenStack
# (bookworm: Zed), without starting any service. QEMU and libvirt come from
# bookworm-backports: a machine that has a part of QEMU from there would lose it
# if another part came from elsewhere.
set -e
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
PK="keystone glance-api placement-api nova-api nova-conductor nova-scheduler
 nova-compute nova-compute-kvm cinder-api cinder-scheduler cinder-volume
 neutron-server neutron-linuxbridge-agent neutron-dhcp-agent neutron-l3-agent
 neutron-metadata-agent rabbitmq-server mariadb-server memcached
 python3-openstackclient uwsgi-plugin-python3 libvirt-daemon-system
 libvirt-clients python3-libvirt python3-fixtures python3-osc-placement
 ipset haproxy dnsmasq-base genisoimage qemu-system-x86 qemu-utils"
[ $# -eq 0 ] || PK=$*
missing=
for p in $PK; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=" $p"
done
[ -z "$missing" ] && { say "packages: all there"; exit 0; }
prefs=$(mktemp)
trap 'rm -rf "$prefs" "${sources:-}"; [ -z "$ours" ] || rm -f /usr/sbin/policy-rc.d' EXIT
printf 'Package: src:libvirt src:qemu src:libvirt-python src:seabios\nPin: release n=bookworm-backports\nPin-Priority: 500\n' >"$prefs"
# The system's own sources, and the backports suite of the same archive.
sources=$(mktemp -d)
cp /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list "$sources" 2>/dev/null || :
[ ! -s /etc/apt/sources.list ] || cp /etc/apt/sources.list "$sources/main.list"
if ! grep -qs bookworm-backports "$sources"/*; then
    awk '/^#/ {next} /^$/ {exit} /^Suites:/ {$0 = "Suites: bookworm-backports"} {print}' \
        "$sources/debian.sources" >"$sources/backports.sources" 2>/dev/null ||
        awk '$1 == "deb" && / bookworm / {sub(/ bookworm /, " bookworm-backports "); print; exit}' \
            "$sources"/*.list >"$sources/backports.list"
fi
ours=
if [ ! -e /usr/sbin/policy-rc.d ]; then      # nothing is to start by itself
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d; ours=1
fi
export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical
apt=(apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dir::Etc::preferences="$prefs"
     -o Dir::Etc::sourcelist=/nonexistent -o Dir::Etc::sourceparts="$sources"
     -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confdef
     -o Dpkg::Options::=--force-confold)
mkdir -p "$OSCT_STATE"; log=$OSCT_STATE/apt.log
"${apt[@]}" update >"$log" 2>&1
"${apt[@]}" install --no-install-recommends -d $missing >>"$log" 2>&1 || { tail -20 "$log"; die "download failed"; }
say "packages: downloaded"
"${apt[@]}" install --no-install-recommends $missing >>"$log" 2>&1 || { tail -20 "$log"; die "install failed"; }
say "packages: installed"
