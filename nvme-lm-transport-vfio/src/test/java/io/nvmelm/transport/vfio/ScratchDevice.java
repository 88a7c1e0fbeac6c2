package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakePciDevice;
import io.nvmelm.transport.vfio.fake.ScratchFunction;

/// A fake host with one PCI function behind vfio-pci, in group 10.
final class ScratchDevice {
    static final String NAME = "0000:04:10.0";
    static final PciAddress ADDRESS = PciAddress.parse(NAME);

    final FakeHost host = new FakeHost();
    final ScratchFunction function;
    final FakePciDevice pci;

    ScratchDevice() {
        this(new ScratchFunction());
    }

    ScratchDevice(ScratchFunction function) {
        this.function = function;
        this.pci = host.addPciDevice(NAME, function);
    }

    VfioDevice open(AccessPath path) {
        return open(VfioOptions.defaults().withPath(path));
    }

    VfioDevice open(VfioOptions options) {
        return TestDevices.open(host.host(), ADDRESS, options);
    }
}
