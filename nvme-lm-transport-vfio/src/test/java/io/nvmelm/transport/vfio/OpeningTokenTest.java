package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakePciDevice;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import io.nvmelm.transport.vfio.linux.Errno;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// VF tokens: a virtual function at 0000:04:10.0 of the physical function 0000:04:00.0.
class OpeningTokenTest {
    private static final UUID RIGHT = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID WRONG = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
    private static final PciAddress PHYSICAL = PciAddress.parse("0000:04:00.0");

    private final ScratchDevice scratch = new ScratchDevice();
    private FakePciDevice physical;

    @BeforeEach
    void makeVirtualFunction() {
        physical = scratch.host.addPciDevice(PHYSICAL.toString(), new ScratchFunction()).token(RIGHT);
        scratch.pci.virtualFunctionOf(physical, 0);
    }

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    private VfioDevice open(AccessPath path, boolean newer, UUID token) {
        scratch.host.newerKernel(newer);
        var options = VfioOptions.defaults().withPath(path);
        return scratch.open(token == null ? options : options.withVfToken(token));
    }

    private void assertRefused(AccessPath path, boolean newer, UUID token, int errno, String remedy) {
        assertThatThrownBy(() -> open(path, newer, token))
                .isInstanceOfSatisfying(TransportException.class, refusal -> {
                    assertThat(refusal.errno()).hasValue(errno);
                    assertThat(refusal.device()).isEqualTo(ScratchDevice.NAME);
                    assertThat(refusal.step()).isEqualTo("opening");
                    assertThat(refusal.remedy()).contains(remedy);
                    assertThat(refusal.getMessage()).doesNotContain(RIGHT.toString()).doesNotContain(WRONG.toString());
                });
    }

    @ParameterizedTest
    @CsvSource({"GROUP, false, GROUP", "GROUP, true, GROUP", "CDEV, true, CDEV", "AUTOMATIC, false, GROUP",
        "AUTOMATIC, true, GROUP"})
    void theRightTokenOpens(AccessPath path, boolean newer, AccessPath taken) {
        try (var device = open(path, newer, RIGHT)) {
            assertThat(device.path()).isEqualTo(taken);
        }
    }

    @ParameterizedTest
    @CsvSource({"GROUP, false", "GROUP, true", "CDEV, true", "AUTOMATIC, false"})
    void aWrongTokenIsRefused(AccessPath path, boolean newer) {
        assertRefused(path, newer, WRONG, Errno.EACCES, "The VF token is not the one in use");
    }

    @ParameterizedTest
    @CsvSource({"GROUP, false", "GROUP, true", "CDEV, true", "CDEV, false", "AUTOMATIC, true"})
    void aMissingTokenIsRefused(AccessPath path, boolean newer) {
        assertRefused(path, newer, null, Errno.EACCES, "It needs a VF token (VfioOptions.withVfToken)");
    }

    @ParameterizedTest
    @CsvSource({"GROUP, false", "GROUP, true", "CDEV, true"})
    void aTokenThatIsNotWantedIsRefused(AccessPath path, boolean newer) {
        physical.driver("nvme");
        assertRefused(path, newer, RIGHT, Errno.EINVAL, "Open it without VF token");
        open(path, newer, null).close();
    }

    @Test
    void anOlderKernelTakesNoTokenByCdev() {
        assertRefused(AccessPath.CDEV, false, RIGHT, Errno.EINVAL, "AccessPath.GROUP");
    }

    @Test
    void aPhysicalFunctionTakesTheTokenThatItIsOpenedWith() {
        var options = VfioOptions.defaults().withPath(AccessPath.GROUP).withVfToken(WRONG);
        TestDevices.open(scratch.host.host(), PHYSICAL, options).close();
        assertThat(physical.token()).isEqualTo(WRONG);
        open(AccessPath.GROUP, false, WRONG).close();
    }

    @Test
    void aPhysicalFunctionWhoseVirtualFunctionsAreInUseNeedsTheirToken() {
        try (var virtual = open(AccessPath.GROUP, false, RIGHT)) {
            assertThat(virtual.path()).isEqualTo(AccessPath.GROUP);
            var options = VfioOptions.defaults().withPath(AccessPath.GROUP);
            assertThatThrownBy(() -> TestDevices.open(scratch.host.host(), PHYSICAL, options))
                    .hasMessageContaining("a physical function the one that its virtual functions in use have");
            TestDevices.open(scratch.host.host(), PHYSICAL, options.withVfToken(RIGHT)).close();
        }
    }
}
