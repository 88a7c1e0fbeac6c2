package io.nvmelm.transport.vfio.fake;

import static io.nvmelm.transport.vfio.fake.RawCalls.pair;
import static io.nvmelm.transport.vfio.fake.RawCalls.word;
import static io.nvmelm.transport.vfio.fake.RawCalls.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The fake kernel against the rules of devices' own nodes and of iommufd.
class FakeIommufdTest {
    private static final int BIND = 0x3B76;
    private static final int ATTACH = 0x3B77;
    private static final int DETACH = 0x3B78;

    private final FakeHost host = new FakeHost();
    private final RawCalls raw = new RawCalls(host);
    private final SystemCalls calls = raw.calls();
    private final ScratchFunction function = new ScratchFunction();
    private final FakePciDevice device = host.addPciDevice("0000:01:00.0", function);

    private int allocate(int iommufd) {
        var memory = words(12, 0, 0);
        assertThat(calls.ioctl(iommufd, 0x3B81, memory)).isZero();
        return word(memory, 2);
    }

    private int map(int iommufd, int ioas, int flags, long address, int length, int iova) {
        return calls.ioctl(iommufd, 0x3B85, mapping(ioas, flags, address, length, iova));
    }

    private static MemorySegment mapping(int ioas, int flags, long address, int length, int iova) {
        return words(40, flags, ioas, 0, (int) address, (int) (address >> 32), length, 0, iova, 0);
    }

    @Test
    void aDeviceIsBoundAttachedAndLetGo() {
        int iommufd = raw.open("/dev/iommu");
        int opened = raw.open("/dev/vfio/devices/vfio0");
        assertThat(raw.ioctl(opened, 0x3B6B, 24, 0, 0, 0, 0, 0)).isEqualTo(-22);
        assertThat(calls.pread(opened, words(0), 4, RawCalls.CONFIG)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, BIND, 15, 0, iommufd, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, BIND, 16, 1, iommufd, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, BIND, 16, 0, -1, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, BIND, 16, 0, 99, 0)).isEqualTo(-9);
        assertThat(raw.ioctl(opened, BIND, 16, 0, opened, 0)).isEqualTo(-77);
        assertThat(raw.ioctl(opened, BIND, 16, 0, iommufd, 0)).isZero();
        assertThat(raw.ioctl(opened, BIND, 16, 0, iommufd, 0)).isEqualTo(-22);
        assertThat(raw.open("/dev/vfio/" + device.group())).isEqualTo(-16);
        int ioas = allocate(iommufd);
        assertThat(raw.ioctl(opened, ATTACH, 12, 0, 77)).isEqualTo(-2);
        assertThat(raw.ioctl(opened, ATTACH, 12, 0, ioas)).isZero();
        long memory = raw.memory(0x2000);
        assertThat(map(iommufd, ioas, 7, memory, 0x2000, 0x10000)).isZero();
        raw.command(opened, 6);
        assertThat(function.dma().write(0x10000, new byte[8])).isTrue();
        assertThat(raw.ioctl(iommufd, 0x3B80, 8, ioas)).isEqualTo(-16);
        assertThat(raw.ioctl(opened, DETACH, 8, 0)).isZero();
        assertThat(function.dma().write(0x10000, new byte[8])).isFalse();
        assertThat(raw.ioctl(iommufd, 0x3B80, 8, ioas)).isZero();
        assertThat(raw.ioctl(iommufd, 0x3B80, 8, ioas)).isEqualTo(-2);
        calls.munmap(memory, 0x2000);
        raw.close(iommufd, opened);
        host.assertNothingLeft();
    }

    @Test
    void mappingsOfAnAddressSpaceFollowTheRules() {
        int iommufd = raw.open("/dev/iommu");
        int ioas = allocate(iommufd);
        long memory = raw.memory(0x2000);
        assertThat(map(iommufd, ioas, 1, memory, 0x1000, 0)).isEqualTo(-22);
        assertThat(map(iommufd, ioas, 15, memory, 0x1000, 0)).isEqualTo(-95);
        assertThat(map(iommufd, 99, 7, memory, 0x1000, 0)).isEqualTo(-2);
        assertThat(map(iommufd, ioas, 7, memory, 0x1000, 0xFEE00000)).isEqualTo(-22);
        assertThat(map(iommufd, ioas, 7, memory, 0x1000, 0)).isZero();
        assertThat(map(iommufd, ioas, 7, memory, 0x1000, 0)).isEqualTo(-17);
        var automatic = mapping(ioas, 6, memory, 0x2000, 0);
        assertThat(calls.ioctl(iommufd, 0x3B85, automatic)).isZero();
        assertThat(pair(automatic, 8)).isEqualTo(0x1000);
        assertThat(raw.ioctl(iommufd, 0x3B86, 24, ioas, 0x1000, 0, 0x1000, 0)).isEqualTo(-2);
        assertThat(raw.ioctl(iommufd, 0x3B86, 24, ioas, 0x9000, 0, 0x1000, 0)).isEqualTo(-2);
        assertThat(raw.ioctl(iommufd, 0x3B86, 23, ioas, 0, 0, 0x1000, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(iommufd, 0x3B86, 28, ioas, 0, 0, 0x1000, 0, 1)).isEqualTo(-7);
        var all = words(24, ioas, 0, 0, -1, -1);
        assertThat(calls.ioctl(iommufd, 0x3B86, all)).isZero();
        assertThat(pair(all, 4)).isEqualTo(0x3000);
    }

    @Test
    void validRangesAreListedAsFarAsTheyFit() {
        int iommufd = raw.open("/dev/iommu");
        int ioas = allocate(iommufd);
        var list = words(new int[8]);
        long at = list.address();
        var none = words(32, ioas, 0, 0, 0, 0, 0, 0);
        assertThat(calls.ioctl(iommufd, 0x3B84, none)).isEqualTo(-90);
        assertThat(word(none, 2)).isEqualTo(2);
        assertThat(raw.ioctl(iommufd, 0x3B84, 32, ioas, 2, 0, (int) at, (int) (at >> 32), 0, 0)).isZero();
        assertThat(pair(list, 2)).isEqualTo(0xFEDFFFFFL);
        assertThat(pair(list, 4)).isEqualTo(0xFEF00000L);
    }

    @Test
    void aPageTableTracksDirtyPages() {
        int iommufd = raw.open("/dev/iommu");
        int opened = raw.open("/dev/vfio/devices/vfio0");
        var bind = words(16, 0, iommufd, 0);
        calls.ioctl(opened, BIND, bind);
        int ioas = allocate(iommufd);
        var table = words(48, 2, word(bind, 3), ioas, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(calls.ioctl(iommufd, 0x3B89, table)).isZero();
        int id = word(table, 4);
        assertThat(raw.ioctl(opened, ATTACH, 12, 0, id)).isZero();
        map(iommufd, ioas, 7, raw.memory(0x4000), 0x4000, 0x10000);
        assertThat(raw.ioctl(iommufd, 0x3B8B, 16, 1, id, 0)).isZero();
        raw.command(opened, 6);
        function.dma().write(0x11fff, new byte[2]);
        var bitmap = words(0, 0);
        long at = bitmap.address();
        int[] get = {48, id, 0, 0, 0x10000, 0, 0x4000, 0, 4096, 0, (int) at, (int) (at >> 32)};
        assertThat(raw.ioctl(iommufd, 0x3B8C, get)).isZero();
        assertThat(word(bitmap, 0)).isEqualTo(0b110);
        bitmap.fill((byte) 0);
        assertThat(raw.ioctl(iommufd, 0x3B8C, get)).isZero();
        assertThat(word(bitmap, 0)).isZero();
    }

    @Test
    void theNewerKernelTakesATokenWhenBinding() {
        host.newerKernel(true);
        var physical = host.addPciDevice("0000:02:00.0", new ScratchFunction()).token(new UUID(1, 2));
        device.virtualFunctionOf(physical, 0);
        int iommufd = raw.open("/dev/iommu");
        int opened = raw.open("/dev/vfio/devices/vfio0");
        long wrong = words(0, 1, 0, 2).address();
        var right = words(0, 0x01000000, 0, 0x02000000);
        long at = right.address();
        assertThat(raw.ioctl(opened, BIND, 24, 0, iommufd, 0, 0, 0)).isEqualTo(-13);
        assertThat(raw.ioctl(opened, BIND, 24, 1, iommufd, 0, (int) wrong, (int) (wrong >> 32)))
                .isEqualTo(-13);
        assertThat(raw.ioctl(opened, BIND, 28, 0, iommufd, 0, 0, 0, 1)).isEqualTo(-7);
        assertThat(raw.ioctl(opened, BIND, 24, 1, iommufd, 0, (int) at, (int) (at >> 32)))
                .isZero();
    }

    @Test
    void aHostMayLackEitherPath() {
        host.useIommufd(false);
        assertThat(raw.open("/dev/iommu")).isEqualTo(-2);
        assertThat(host.host().files().exists("/dev/vfio/devices")).isFalse();
        assertThat(raw.open("/dev/vfio/vfio")).isPositive();
        host.useIommufd(true).useGroups(false);
        assertThat(raw.open("/dev/vfio/vfio")).isEqualTo(-2);
        assertThat(raw.open("/dev/iommu")).isPositive();
        host.removeVfioModule();
        assertThat(host.host().files().exists("/dev/vfio")).isFalse();
    }
}
