#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""conf_check.py SERVER FILE: what the servers' own parsers let pass, and for systemd-networkd, which
has none to call, all of its file (systemd.network(5), systemd.syntax(7)). Exit status 1, and the
reasons, where something is wrong."""
import ipaddress
import json
import re
import sys

BAD = []
MAC = r'(?:[0-9a-f]{2}:){5}[0-9a-f]{2}'


def bad(what):
    BAD.append(what)


def is_ip(text):
    return re.fullmatch(r'\d+(\.\d+){3}', text) is not None and ip_or_none(text) is not None


def ip_or_none(text):
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        return None


# ---- dnsmasq(8); option.c splits at commas outside quotes ----

def fields(value):
    out, quoted, escaped, word = [], False, False, ''
    for c in value:
        if escaped:
            word, escaped = word + c, False
        elif c == '\\' and quoted:
            escaped = True
        elif c == '"':
            quoted = not quoted
        elif c == ',' and not quoted:
            out.append(word)
            word = ''
        else:
            # a colon in quotes makes no tag
            word += '\1' if c == ':' and quoted else c
    if quoted:
        bad('open quote: ' + value)
    return out + [word]


def dnsmasq(lines, proxy):
    tags, boots, forced, services, ranges = set(), [], set(), 0, 0
    for line in lines:
        tags.update(re.findall(r'^dhcp-mac=set:(\w+),', line))
    for line in lines:
        line = line.rstrip('\n')
        if line == '' or line.startswith('#'):
            continue
        key, _, value = line.partition('=')
        f = fields(value)
        if key in ('dhcp-match', 'dhcp-mac'):
            if not f[0].startswith('set:'):
                bad('no tag: ' + line)
            tags.add(f[0][4:])
            if key == 'dhcp-match' and (f[1] != 'option:client-arch' or not f[2].isdigit()):
                bad('no architecture: ' + line)
            if key == 'dhcp-mac' and not re.fullmatch(MAC, f[1]):
                bad('no MAC: ' + line)
        elif key == 'dhcp-host':
            tags.update(x[4:] for x in f if x.startswith('set:'))
            if not re.fullmatch(MAC, f[0]):
                bad('no MAC: ' + line)
        elif key == 'dhcp-boot':
            used = [x for x in f if x.startswith('tag:')]
            rest = f[len(used):]
            for t in used:
                if t[4:].lstrip('!') not in tags:
                    bad('unknown tag: ' + line)
            # two fields, or a name in the second, and siaddr is dnsmasq's own address
            if len(rest) != 3 or rest[1] != '' or not is_ip(rest[2]):
                bad('not FILE,,ADDRESS: ' + line)
            elif rest[0].startswith('http://') and rest[0].split('/')[2] != rest[2]:
                bad('URL of another server: ' + line)
            boots.append((used, rest))
        elif key == 'dhcp-option-force':
            if f[1:] != ['option:vendor-class', 'HTTPClient'] or f[0][4:] not in tags:
                bad('not the echo of option 60: ' + line)
            forced.add(f[0])
        elif key == 'dhcp-range':
            ranges += 1
            if proxy != (f[1] == 'proxy'):
                bad('range: ' + line)
        elif key == 'pxe-service':
            services += 1
            used = [x[4:] for x in f if x.startswith('tag:')]
            rest = f[len(used):]
            if used == ['nobody']:
                continue
            if any(t.lstrip('!') not in tags for t in used):
                bad('unknown tag: ' + line)
            # no address, and it is dnsmasq's own; no dot, and dnsmasq adds .0
            if len(rest) != 4 or not rest[0].isdigit() or '.' not in rest[2] or not is_ip(rest[3]):
                bad('not ARCHITECTURE,TITLE,FILE,ADDRESS: ' + line)
            boots.append((used or ['any'], rest))
        elif key == 'dhcp-option':
            if f[0] not in ('option:router', 'option:dns-server') or not all(map(is_ip, f[1:])):
                bad('option: ' + line)
        elif line not in ('port=0', 'bootp-dynamic', 'dhcp-no-override'):
            bad('not expected: ' + line)
    for used, rest in boots:
        if rest[0].startswith('http:') and used != [t for t in used if t in forced]:
            bad('URL without option 60: ' + str(used))
    if sum(not used for used, _ in boots) != 1:
        bad('not one default')
    if len({rest[-1] for _, rest in boots}) != 1:
        bad('several boot servers')
    if ranges != 1 or (services > 0) != proxy:
        bad('ranges %d, services %d' % (ranges, services))


# ---- Kea: its parser reads the file; this is what it means ----

def strict(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        bad('a key twice: %s' % keys)
    return dict(pairs)


def kea(text):
    body = '\n'.join(l for l in text.split('\n') if not l.lstrip().startswith('//'))
    conf = json.loads(body, object_pairs_hook=strict)['Dhcp4']
    server = conf.get('next-server', '')
    if not is_ip(server):
        bad('no next-server')
    if not any(h['library'].endswith('/libdhcp_bootp.so') for h in conf.get('hooks-libraries', [])):
        bad('no BOOTP')
    classes = conf['client-classes']
    if [c['name'] for c in classes].count('default') != 1 or classes[-1]['name'] != 'default':
        bad('no default at the end')
    for c in classes:
        url = c.get('boot-file-name', '')
        echo = [o for o in c.get('option-data', []) if o['name'] == 'vendor-class-identifier' and
                o['data'] == 'HTTPClient' and o.get('always-send') is True]
        if url.startswith('http://') != bool(echo):
            bad('URL without option 60, or the other way round: ' + c['name'])
        if url.startswith('http://') and url.split('/')[2] != server:
            bad('URL of another server: ' + url)
        if c.get('next-server', server) != server:
            bad('another server: ' + c['name'])
        if 'option[60].hex == ' in c['test']:
            bad('option 60 compared as a whole: ' + c['test'])
    for subnet in conf['subnet4']:
        for o in subnet['option-data']:
            if o['name'] not in ('routers', 'domain-name-servers') or not is_ip(o['data']):
                bad('option: %s' % o)
        for h in subnet['reservations']:
            if not re.fullmatch(MAC, h['hw-address']) or 'boot-file-name' in h:
                bad('host: %s' % h)


# ---- systemd-networkd ----

NETWORKD = {
    'Match': {'Name': r'[A-Za-z0-9]+'},
    'Network': {'Address': r'\d+\.\d+\.\d+\.\d+/\d+', 'DHCPServer': 'yes'},
    'DHCPServer': {
        'PoolOffset': r'\d+', 'PoolSize': r'\d+', 'DefaultLeaseTimeSec': r'\d+',
        'MaxLeaseTimeSec': r'\d+', 'EmitRouter': 'yes|no', 'Router': 'IP', 'EmitDNS': 'yes|no',
        'DNS': 'IP', 'EmitNTP': 'no', 'EmitTimezone': 'no', 'BootServerAddress': 'IP',
        'BootFilename': r'[!-~]([ -~]*[!-~])?', 'SendOption': '60:string:HTTPClient'},
    'DHCPServerStaticLease': {'MACAddress': MAC, 'Address': 'IP'},
}
NEEDED = {
    'Match': ['Name'], 'Network': ['Address', 'DHCPServer'],
    'DHCPServer': ['PoolOffset', 'PoolSize', 'EmitRouter', 'EmitDNS', 'BootServerAddress',
                   'BootFilename'],
    'DHCPServerStaticLease': ['MACAddress', 'Address'],
}


def networkd(lines):
    sections = []
    for line in lines:
        line = line.rstrip('\n')
        if line == '' or line[0] in '#;':
            continue
        m = re.fullmatch(r'\[(\w+)\]', line)
        if m:
            sections.append((m.group(1), {}))
            if m.group(1) not in NETWORKD:
                bad('section ' + line)
            continue
        key, eq, value = line.partition('=')
        if not sections or not eq:
            bad('no assignment: ' + line)
            continue
        section, values = sections[-1]
        pattern = NETWORKD.get(section, {}).get(key)
        if pattern is None:
            bad('%s in %s' % (key, section))
        elif pattern == 'IP' and not is_ip(value) or pattern != 'IP' and \
                not re.fullmatch(pattern, value):
            bad('value: ' + line)
        if key == 'BootFilename' and re.search(r'["\'\\]', value):
            bad('networkd ignores this: ' + line)
        if key in values:
            bad('twice: ' + line)
        values[key] = value
    names = [s for s, _ in sections]
    if names[:3] != ['Match', 'Network', 'DHCPServer'] or \
            any(s != 'DHCPServerStaticLease' for s in names[3:]):
        bad('sections: %s' % names)
    for section, values in sections:
        for key in NEEDED.get(section, []):
            if key not in values:
                bad('no %s in %s' % (key, section))
    if BAD:
        return
    net = ipaddress.IPv4Interface(sections[1][1]['Address']).network
    dhcp = sections[2][1]
    last = int(dhcp['PoolOffset']) + int(dhcp['PoolSize']) - 1
    if int(dhcp['PoolOffset']) < 1 or int(dhcp['PoolSize']) < 1 or last > net.num_addresses - 2:
        bad('pool')
    if ('Router' in dhcp) != (dhcp['EmitRouter'] == 'yes') or \
            ('DNS' in dhcp) != (dhcp['EmitDNS'] == 'yes'):
        bad('EmitX without X would be the card\'s own, or the host\'s')
    if dhcp['BootFilename'].startswith('http://') != ('SendOption' in dhcp):
        bad('URL without option 60, or the other way round')
    for _, values in sections[3:]:
        if ip_or_none(values['Address']) not in net:
            bad('lease outside: ' + values['Address'])


def main():
    server, path = sys.argv[1:]
    with open(path, encoding='utf-8') as f:
        text = f.read()
    if not text.endswith('\n') or '\r' in text:
        bad('line ends')
    lines = text.splitlines(True)
    if server in ('dnsmasq', 'dnsmasq-proxy'):
        dnsmasq(lines, server == 'dnsmasq-proxy')
    elif server == 'kea':
        kea(text)
    elif server == 'networkd':
        networkd(lines)
    else:
        bad('no such server: ' + server)
    if 'Written by mkboot.' not in lines[0]:
        bad('the first line')
    for reason in BAD:
        print('%s: %s' % (path, reason))
    return 1 if BAD else 0


sys.exit(main())
