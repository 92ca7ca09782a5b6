"""{{summary}}"""

from gyre_plugin import Match, OsMorphing, log, os_release


class Plugin(OsMorphing):
    name = "{{name}}"
    summary = "{{summary}}"

    def detect(self, root):
        release = os_release(root)
        if release.get("ID") == "{{name}}":
            return Match("{{name}}", release.get("VERSION_ID", ""), 100)

    def morph(self, root, vm, morphing, config):
        log("info", "loading virtio's modules early", machine=vm.name)
        root.write("/etc/modules-load.d/gyre.conf", "virtio_blk\nvirtio_net\n")
