"""A guest's root in memory, for tests: `FakeRoot({"/etc/os-release": "ID=x\\n"})` is handed to `detect` and `morph`.
It follows links to files and directories as the host does, and knows no permissions."""

from types import SimpleNamespace

from .errors import PluginError
from .root import Root

LINKS_MAX = 40


class FakeRoot(Root):
    """`files` maps paths to text or bytes; `programs` maps names to `program(root, argv) -> (status, stdout, stderr)`."""

    def __init__(self, files=None, programs=None):
        self.tree = _Tree(programs or {})
        super().__init__(self.tree)
        self.tree.owner = self
        for path, data in (files or {}).items():
            self.write(path, data)

    @property
    def ran(self):
        """The programs that ran, with their arguments."""
        return self.tree.ran

    def listing(self):
        """Every path with what it is: equal listings are equal trees."""
        return dict(sorted(self.tree.nodes.items()))


def vm(**fields):
    """A machine as `morph` is handed one."""
    return SimpleNamespace(**{"id": "vm-1", "name": "web", "hostname": None, "disks": [], "nics": []} | fields)


def morphing(hypervisor="kvm", set_dhcp=True, macs=()):
    """What the destination asks of `morph`."""
    return SimpleNamespace(hypervisor=hypervisor, set_dhcp=set_dhcp, macs=list(macs))


class _Tree:
    """The calls of `gyre:host/rootfs`. A node is ("dir", mode, None), ("file", mode, bytes) or ("link", 0o777, target)."""

    def __init__(self, programs):
        self.nodes, self.programs, self.ran, self.owner = {"/": ("dir", 0o755, None)}, programs, [], None

    def resolve(self, path, follow=True):
        todo, at, links = path.split("/")[::-1], [], 0
        while todo:
            name = todo.pop()
            if name in ("", "."):
                continue
            if name == "..":
                at = at[:-1]
                continue
            kind, _, target = self.nodes.get("/" + "/".join([*at, name]), (None, 0, None))
            if kind == "link" and (follow or todo):
                links += 1
                if links > LINKS_MAX:
                    raise PluginError("invalid", "rootfs.link-loop", f"too many links in {path}")
                at = [] if target.startswith("/") else at
                todo += target.split("/")[::-1]
            else:
                at.append(name)
        return "/" + "/".join(at)

    def node(self, path, want):
        kind, mode, content = self.nodes.get(self.resolve(path), (None, 0, None))
        if kind is None:
            raise PluginError("not-found", "rootfs.not-found", f"there is no {path} in the guest")
        if kind != want:
            raise PluginError("conflict", "rootfs.wrong-kind", f"{path} is a {kind}")
        return mode, content

    def stat(self, path):
        node = self.nodes.get(self.resolve(path, follow=False))
        return node and SimpleNamespace(file_type=node[0], mode=node[1], uid=0, gid=0, size=len(node[2] or b""))

    def read_dir(self, path):
        self.node(path, "dir")
        below = self.resolve(path).rstrip("/") + "/"
        return sorted(p[len(below):] for p in self.nodes if p.startswith(below) and "/" not in p[len(below):] and p != below)

    def read_file(self, path):
        return self.node(path, "file")[1]

    def write_file(self, path, mode, data):
        self.node(path.rsplit("/", 1)[0] or "/", "dir")
        self.nodes[self.resolve(path, follow=False)] = ("file", mode, bytes(data))

    def make_dir(self, path, mode):
        at = ""
        for name in [name for name in self.resolve(path).split("/") if name]:
            at += "/" + name
            if self.nodes.setdefault(at, ("dir", mode, None))[0] != "dir":
                raise PluginError("conflict", "rootfs.wrong-kind", f"{at} is no directory")

    def symlink(self, path, target):
        self.nodes[self.resolve(path, follow=False)] = ("link", 0o777, target)

    def read_link(self, path):
        kind, _, target = self.nodes.get(self.resolve(path, follow=False), (None, 0, None))
        if kind != "link":
            raise PluginError("not-found", "rootfs.not-found", f"{path} is no link")
        return target

    def remove(self, path):
        gone = self.resolve(path, follow=False)
        self.nodes = {p: n for p, n in self.nodes.items() if p != gone and not p.startswith(gone + "/")}

    def rename(self, old, new):
        old, new = self.resolve(old, follow=False), self.resolve(new, follow=False)
        if old not in self.nodes:
            raise PluginError("not-found", "rootfs.not-found", f"there is no {old} in the guest")
        moved = lambda p: new + p[len(old):] if p == old or p.startswith(old + "/") else p
        self.nodes = {moved(p): n for p, n in self.nodes.items()}

    def run(self, argv, env, stdin, timeout_ms):
        program = self.programs.get(argv[0].rsplit("/", 1)[-1])
        if program is None:
            raise PluginError("not-found", "rootfs.program-not-found", f"there is no program {argv[0]} in the guest")
        self.ran.append(" ".join(argv))
        return program(self.owner, argv)
