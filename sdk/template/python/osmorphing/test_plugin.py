"""The plugin over a guest's root in memory: no WebAssembly, no host."""

import unittest

from gyre_plugin import Match
from gyre_plugin.fake import FakeRoot, morphing, vm
from plugin import Plugin


def guest():
    return FakeRoot({"/etc/os-release": "ID={{name}}\nVERSION_ID=1\n"})


class PluginTest(unittest.TestCase):
    def test_only_its_own_guests_are_detected(self):
        self.assertEqual(Plugin().detect(guest()), Match("{{name}}", "1", 100))
        self.assertIsNone(Plugin().detect(FakeRoot()))
        self.assertIsNone(Plugin().detect(FakeRoot({"/etc/os-release": "ID=other\n"})))

    def test_morphing_twice_is_morphing_once(self):
        root = guest()
        Plugin().morph(root, vm(), morphing(), {})
        once = root.listing()
        self.assertIn("virtio_blk", root.read_text("/etc/modules-load.d/gyre.conf"))
        Plugin().morph(root, vm(), morphing(), {})
        self.assertEqual(root.listing(), once)


if __name__ == "__main__":
    unittest.main()
