package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.linux.Errno;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every errno that a step of opening can end with.
class OpeningErrnoTest {
    private static final int ALWAYS = 1_000_000;

    private final ScratchDevice scratch = new ScratchDevice();

    @AfterEach
    void nothingLeft() {
        scratch.host.assertNothingLeft();
    }

    private void assertRefused(AccessPath path, String call, String errnoName, String remedy) throws Exception {
        int errno = Errno.class.getField(errnoName).getInt(null);
        scratch.host.fail(
                call.startsWith("/") ? FakeCall.opening(call) : FakeCall.named(call), errno, 0, ALWAYS);
        assertThatThrownBy(() -> scratch.open(path))
                .isInstanceOfSatisfying(TransportException.class, refusal -> {
                    assertThat(refusal.errno()).hasValue(errno);
                    assertThat(refusal.device()).isEqualTo(ScratchDevice.NAME);
                    assertThat(refusal.step()).isEqualTo("opening");
                    assertThat(refusal.remedy()).contains(remedy).doesNotEndWith(".");
                    assertThat(refusal.getMessage())
                            .startsWith(ScratchDevice.NAME + ": opening: ")
                            .contains(" failed: " + errnoName + ", ")
                            .endsWith(". " + refusal.remedy());
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/dev/vfio/vfio   | ENOENT | modprobe vfio-pci",
        "/dev/vfio/vfio   | EACCES | /dev/vfio/vfio",
        "/dev/vfio/vfio   | EPERM  | docker run --device /dev/vfio/vfio",
        "/dev/vfio/vfio   | ENODEV | modprobe vfio-pci",
        "/dev/vfio/vfio   | ENXIO  | modprobe vfio-pci",
        "/dev/vfio/vfio   | EMFILE | ulimit -n",
        "/dev/vfio/vfio   | EIO    | dmesg",
        "GET_API_VERSION  | EINVAL | ls -l /dev/vfio/vfio",
        "/dev/vfio/10     | ENOENT | CONFIG_VFIO_GROUP",
        "/dev/vfio/10     | EACCES | chown",
        "/dev/vfio/10     | EPERM  | docker run --device /dev/vfio/10",
        "/dev/vfio/10     | EBUSY  | fuser -v /dev/vfio/10",
        "/dev/vfio/10     | ENODEV | echo 0000:04:10.0 > /sys/bus/pci/drivers_probe",
        "/dev/vfio/10     | EMFILE | ulimit -n",
        "GROUP_GET_STATUS | EFAULT | dmesg",
        "GROUP_GET_STATUS | EINVAL | dmesg",
        "GROUP_GET_STATUS | ENODEV | dmesg",
        "SET_CONTAINER    | EBADF  | dmesg",
        "SET_CONTAINER    | EBADFD | ls -l /dev/vfio/vfio",
        "SET_CONTAINER    | EINVAL | dmesg",
        "SET_CONTAINER    | EPERM  | it has 0000:04:10.0 (vfio-pci)",
        "SET_CONTAINER    | EBUSY  | fuser -v",
        "SET_CONTAINER    | ENODEV | dmesg",
        "SET_IOMMU        | EINVAL | dmesg",
        "SET_IOMMU        | ENODEV | modprobe vfio_iommu_type1",
        "SET_IOMMU        | EPERM  | allow_unsafe_interrupts",
        "GET_DEVICE_FD    | ENODEV | drivers_probe",
        "GET_DEVICE_FD    | EINVAL | dmesg",
        "GET_DEVICE_FD    | EACCES | VfioOptions.withVfToken",
        "GET_DEVICE_FD    | EAGAIN | try again",
        "GET_DEVICE_FD    | EMFILE | ulimit -n",
        "GET_DEVICE_FD    | EPERM  | Bind every device of group 10",
        "IOMMU_GET_INFO   | EINVAL | dmesg",
        "GET_INFO         | EINVAL | dmesg",
    })
    void byGroup(String call, String errno, String remedy) throws Exception {
        assertRefused(AccessPath.GROUP, call, errno, remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/dev/iommu              | ENOENT | modprobe iommufd",
        "/dev/iommu              | ENODEV | modprobe iommufd",
        "/dev/iommu              | EACCES | /dev/iommu",
        "/dev/iommu              | EPERM  | docker run --device /dev/iommu",
        "/dev/iommu              | EMFILE | ulimit -n",
        "/dev/vfio/devices/vfio0 | ENOENT | CONFIG_VFIO_DEVICE_CDEV",
        "/dev/vfio/devices/vfio0 | ENODEV | drivers_probe",
        "/dev/vfio/devices/vfio0 | EACCES | chown",
        "/dev/vfio/devices/vfio0 | EBUSY  | fuser -v /dev/vfio/devices/vfio0",
        "/dev/vfio/devices/vfio0 | EMFILE | ulimit -n",
        "BIND_IOMMUFD            | EINVAL | fuser -v /dev/vfio/devices/*",
        "BIND_IOMMUFD            | EBUSY  | fuser -v /dev/vfio/10",
        "BIND_IOMMUFD            | EPERM  | /sys/module/iommufd/parameters/allow_unsafe_interrupts",
        "BIND_IOMMUFD            | EPERM  | it has 0000:04:10.0 (vfio-pci)",
        "BIND_IOMMUFD            | EBADF  | ls -l /dev/iommu",
        "BIND_IOMMUFD            | EBADFD | ls -l /dev/iommu",
        "BIND_IOMMUFD            | EACCES | VfioOptions.withVfToken",
        "BIND_IOMMUFD            | E2BIG  | fuser -v",
        "BIND_IOMMUFD            | EAGAIN | openTimeout",
        "BIND_IOMMUFD            | ENOMEM | dmesg",
        "IOAS_ALLOC              | ENOMEM | dmesg",
        "ATTACH_IOMMUFD_PT       | ENOENT | dmesg",
        "ATTACH_IOMMUFD_PT       | EINVAL | dmesg",
        "ATTACH_IOMMUFD_PT       | EOPNOTSUPP | dmesg",
        "ATTACH_IOMMUFD_PT       | EBUSY  | openTimeout",
        "IOAS_IOVA_RANGES        | ENOENT | dmesg",
        "GET_INFO                | EINVAL | dmesg",
    })
    void byCdev(String call, String errno, String remedy) throws Exception {
        assertRefused(AccessPath.CDEV, call, errno, remedy);
    }

    @ParameterizedTest
    @CsvSource({"GROUP, GET_DEVICE_FD, 11", "CDEV, BIND_IOMMUFD, 11", "CDEV, ATTACH_IOMMUFD_PT, 16",
        "GROUP, GET_DEVICE_FD, 4"})
    void whatIsBusyIsTriedAgain(AccessPath path, String call, int errno) {
        scratch.host.fail(FakeCall.named(call), errno, 0, 7);
        scratch.open(path).close();
        assertThat(scratch.host.failuresLeft()).isZero();
        assertThat(scratch.host.clock().nanoTime()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"GROUP, GET_DEVICE_FD, 11", "CDEV, BIND_IOMMUFD, 11"})
    void whatStaysBusyIsGivenUpAfterTheTimeAllowed(AccessPath path, String call, int errno) {
        scratch.host.fail(FakeCall.named(call), errno, 0, ALWAYS);
        var options = VfioOptions.defaults().withPath(path).withOpenTimeout(Duration.ofMinutes(3));
        assertThatThrownBy(() -> scratch.open(options))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        refusal -> assertThat(refusal.category()).isEqualTo(FailureCategory.RETRY));
        assertThat(Duration.ofNanos(scratch.host.clock().nanoTime())).isBetween(Duration.ofMinutes(3), Duration
                .ofMinutes(4));
    }

    @Test
    void theLongestTimeIsAllowed() {
        scratch.pci.resetBusy(3);
        var options = VfioOptions.defaults().withOpenTimeout(Duration.ofSeconds(Long.MAX_VALUE));
        scratch.open(options).close();
    }

    @Test
    void aContainerOfAnotherVersionIsRefused() {
        scratch.host.useIommufd(false).type1Module(false);
        assertThatThrownBy(() -> scratch.open(AccessPath.AUTOMATIC))
                .isInstanceOf(TransportException.class)
                .hasMessage(ScratchDevice.NAME + ": opening: VFIO has no IOMMU of type 1 version 2. "
                        + "Load the driver with: modprobe vfio_iommu_type1");
    }

    @Test
    void anotherOpenerIsRefusedOnBothWays() {
        try (var first = scratch.open(AccessPath.GROUP)) {
            assertThatThrownBy(() -> scratch.open(AccessPath.GROUP)).hasMessageContaining("EBUSY");
            assertThatThrownBy(() -> scratch.open(AccessPath.CDEV)).hasMessageContaining("EBUSY");
            assertThat(first.region(7).read16(0)).isEqualTo(0x1b36);
        }
        try (var first = scratch.open(AccessPath.CDEV)) {
            assertThatThrownBy(() -> scratch.open(AccessPath.GROUP)).hasMessageContaining("EBUSY");
            assertThatThrownBy(() -> scratch.open(AccessPath.CDEV)).hasMessageContaining("EINVAL");
            assertThat(first.region(7).read16(0)).isEqualTo(0x1b36);
        }
    }

    @Test
    void tooManyOpenFilesIsSaidAtEveryNumber() {
        for (var path : new AccessPath[] {AccessPath.GROUP, AccessPath.CDEV}) {
            for (int files = 0; files < (path == AccessPath.GROUP ? 3 : 2); files++) {
                scratch.host.limitDescriptors(files);
                assertThatThrownBy(() -> scratch.open(path)).hasMessageContaining("EMFILE").hasMessageContaining(
                        "ulimit -n");
                scratch.host.assertNothingLeft();
            }
        }
    }

    @Test
    void aMalformedTokenCannotBeGiven() {
        var options = VfioOptions.defaults().withPath(AccessPath.GROUP).withVfToken(new UUID(0, 0));
        assertThatThrownBy(() -> scratch.open(options)).hasMessageContaining("Open it without VF token");
    }
}
