package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.TransferOptions;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import io.nvmelm.transport.vfio.fake.FakePciDevice;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// A fake host with one device that its kernel migrates.
final class VfioMigratableDeviceFixture {
    static final String ADDRESS = "0000:04:10.0";

    final FakeHost kernel = new FakeHost();
    final ScratchFunction function = new ScratchFunction();
    final FakeMigration migration;
    final FakePciDevice pci;

    VfioMigratableDeviceFixture(int flags) {
        migration = new FakeMigration(flags);
        pci = kernel.addPciDevice(ADDRESS, function).driver("mlx5_vfio_pci").migration(migration);
        migration.setGuestState(stateOf(1));
    }

    VfioMigratableDevice open() {
        return open(AccessPath.AUTOMATIC, TransferOptions.defaults());
    }

    VfioMigratableDevice open(AccessPath path, TransferOptions transfer) {
        return VfioMigratableDevice.open(
                kernel.host(), PciAddress.parse(ADDRESS), VfioOptions.defaults().withPath(path), transfer);
    }

    VfioDevice openPlain() {
        return VfioDevice.open(kernel.host(), PciAddress.parse(ADDRESS), VfioOptions.defaults());
    }

    /// Calls of a name that were made on any file since the log was cleared.
    long calls(String name) {
        return kernel.log().stream()
                .filter(line -> line.contains("." + name + " ") || line.contains("." + name + "("))
                .count();
    }

    static byte[] stateOf(int mark) {
        byte[] state = new byte[700];
        new SplittableRandom(mark).nextBytes(state);
        return state;
    }

    /// Reads until there is nothing more, for now or for good.
    static byte[] drain(MigrationData session, ByteBuffer piece) {
        var bytes = new ByteArrayOutputStream();
        while (session.read(piece.clear()) > 0) {
            byte[] copy = new byte[piece.flip().remaining()];
            piece.get(copy);
            bytes.writeBytes(copy);
        }
        return bytes.toByteArray();
    }

    static byte[] drain(MigrationData session) {
        return drain(session, ByteBuffer.allocate(100));
    }

    static <T extends LiveMigrationException> T refusal(Class<T> type, ThrowingCallable call) {
        return refusal(type, ADDRESS, call);
    }

    /// What a call fails with: of a type, and naming the device and a remedy.
    static <T extends LiveMigrationException> T refusal(Class<T> type, String device, ThrowingCallable call) {
        var failure = catchThrowable(call);
        assertThat(failure).isInstanceOf(type);
        var typed = type.cast(failure);
        assertThat(typed.device()).isEqualTo(device);
        assertThat(typed.remedy()).isNotBlank();
        assertThat(typed.getMessage()).contains(device);
        return typed;
    }
}
