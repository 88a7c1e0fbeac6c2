package io.nvmelm.transport.vfio.fake;

import static io.nvmelm.transport.vfio.fake.RawCalls.CONFIG;
import static io.nvmelm.transport.vfio.fake.RawCalls.pair;
import static io.nvmelm.transport.vfio.fake.RawCalls.word;
import static io.nvmelm.transport.vfio.fake.RawCalls.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The fake kernel against the kernel's rules: files, groups, containers, devices, interrupts.
class FakeHostTest {
    private static final String BDF = "0000:04:10.0";

    private final FakeHost host = new FakeHost();
    private final RawCalls raw = new RawCalls(host);
    private final SystemCalls calls = raw.calls();
    private final ScratchFunction function = new ScratchFunction();
    private final FakePciDevice device = host.addPciDevice(BDF, function).group(7);

    @Test
    void aDeviceIsOpenedByItsGroup() {
        int container = raw.open("/dev/vfio/vfio");
        assertThat(raw.number(container, 0x3B64, 0)).isZero();
        assertThat(raw.number(container, 0x3B65, 3)).isEqualTo(1);
        assertThat(raw.number(container, 0x3B65, 5)).isZero();
        assertThat(raw.number(container, 0x3B70, 0)).isEqualTo(-22);
        int group = raw.open("/dev/vfio/7");
        assertThat(raw.open("/dev/vfio/7")).isEqualTo(-16);
        var status = words(8, 0);
        assertThat(calls.ioctl(group, 0x3B67, status)).isZero();
        assertThat(word(status, 1)).isEqualTo(1);
        assertThat(raw.ioctl(group, 0x3B67, 7, 0)).isEqualTo(-22);
        assertThat(raw.number(container, 0x3B66, 3)).isEqualTo(-22);
        assertThat(raw.name(group, BDF)).isEqualTo(-22);
        assertThat(raw.ioctl(group, 0x3B68, 99)).isEqualTo(-9);
        assertThat(raw.ioctl(group, 0x3B68, group)).isEqualTo(-77);
        assertThat(raw.ioctl(group, 0x3B68, container)).isZero();
        assertThat(raw.ioctl(group, 0x3B68, container)).isEqualTo(-22);
        assertThat(raw.number(container, 0x3B66, 2)).isEqualTo(-19);
        assertThat(raw.number(container, 0x3B66, 3)).isZero();
        assertThat(raw.number(container, 0x3B66, 3)).isEqualTo(-22);
        assertThat(raw.name(group, "0000:04:10.1")).isEqualTo(-19);
        assertThat(raw.name(group, BDF + " x=1")).isEqualTo(-22);
        int opened = raw.name(group, BDF);
        assertThat(opened).isEqualTo(5);
        assertThat(raw.number(group, 0x3B69, 0)).isEqualTo(-16);
        raw.close(opened);
        assertThat(raw.number(group, 0x3B69, 0)).isZero();
        raw.close(group, container);
        host.assertNothingLeft();
    }

    @Test
    void aGroupWithAHostDriverIsNotViable() {
        host.addPciDevice("0000:04:10.1", new ScratchFunction()).group(7).driver("nvme");
        int container = raw.open("/dev/vfio/vfio");
        int group = raw.open("/dev/vfio/7");
        var status = words(8, 0);
        calls.ioctl(group, 0x3B67, status);
        assertThat(word(status, 1)).isZero();
        assertThat(raw.ioctl(group, 0x3B68, container)).isEqualTo(-1);
    }

    @Test
    void descriptorsAreReusedLowestFirstAndUseAfterCloseIsRecorded() {
        int first = calls.eventfd();
        int second = calls.eventfd();
        raw.close(first);
        assertThat(raw.ioctl(first, 0x3B64)).isEqualTo(-9);
        assertThat(calls.eventfd()).isEqualTo(first).isLessThan(second);
        assertThat(host.violations()).singleElement().asString().contains("not open");
        assertThatThrownBy(host::assertNothingLeft).hasMessageContaining("open: 3 eventfd");
    }

    @Test
    void mappingsOfAContainerFollowTheRulesOfTypeOneVersionTwo() {
        int[] fds = raw.openByGroup(device);
        int container = fds[0];
        long memory = raw.memory(0x4000);
        assertThat(raw.map(container, 3, memory, 0x10000, 0x2000)).isZero();
        assertThat(raw.map(container, 3, memory, 0x11000, 0x1000)).isEqualTo(-17);
        assertThat(raw.map(container, 0, memory, 0x20000, 0x1000)).isEqualTo(-22);
        assertThat(raw.map(container, 3, memory, 0x20000, 0x800)).isEqualTo(-22);
        assertThat(raw.map(container, 3, memory + 8, 0x20000, 0x1000)).isEqualTo(-22);
        assertThat(raw.map(container, 11, memory, 0x20000, 0x1000)).isEqualTo(-22);
        assertThat(raw.map(container, 3, memory, 0xFEE00000L, 0x1000)).isEqualTo(-22);
        assertThat(raw.map(container, 3, memory, -0x1000, 0x2000)).isEqualTo(-22);
        assertThat(raw.unmap(container, 0, 0x10000, 0x1000)).isEqualTo(-22);
        assertThat(raw.unmap(container, 0, 0x40000, 0x1000)).isZero();
        assertThat(host.dmaMappings()).containsExactly("0x10000+0x2000 rw");
        assertThat(raw.unmap(container, 0, 0, 0x100000)).isEqualTo(0x2000);
        assertThat(raw.map(container, 3, memory, 0x10000, 0x2000)).isZero();
        assertThat(raw.unmap(container, 2, 0, 0x1000)).isEqualTo(-22);
        assertThat(raw.unmap(container, 2, 0, 0)).isEqualTo(0x2000);
        calls.munmap(memory, 0x4000);
        raw.close(fds);
        host.assertNothingLeft();
    }

    @Test
    void limitsOfAContainerAreEntriesAndLockedMemory() {
        var ranges = FakeDmaLimits.usual().ranges();
        host.dmaLimits(new FakeDmaLimits(ranges, 2, 0x3000, 4096));
        int container = raw.openByGroup(device)[0];
        long memory = raw.memory(0x4000);
        assertThat(raw.map(container, 3, memory, 0, 0x4000)).isEqualTo(-12);
        assertThat(raw.map(container, 3, memory, 0, 0x1000)).isZero();
        assertThat(raw.map(container, 3, memory, 0x1000, 0x1000)).isZero();
        assertThat(raw.map(container, 3, memory, 0x2000, 0x1000)).isEqualTo(-28);
    }

    @Test
    void tooSmallIommuInfoNamesTheSizeNeeded() {
        int container = raw.openByGroup(device)[0];
        assertThat(raw.ioctl(container, 0x3B70, 15, 0, 0, 0)).isEqualTo(-22);
        var small = words(24, 0, 0, 0, 9, 9);
        assertThat(calls.ioctl(container, 0x3B70, small)).isZero();
        int needed = word(small, 0);
        assertThat(needed).isGreaterThan(24);
        assertThat(word(small, 1)).isEqualTo(3);
        assertThat(word(small, 4)).isZero();
        var large = words(new int[needed / 4]);
        large.setAtIndex(ValueLayout.JAVA_INT, 0, needed);
        assertThat(calls.ioctl(container, 0x3B70, large)).isZero();
        int at = word(large, 4) / 4;
        assertThat(word(large, at) & 0xFFFF).isEqualTo(1);
        assertThat(word(large, at + 2)).isEqualTo(2);
        assertThat(pair(large, at + 6)).isEqualTo(0xFEDFFFFFL);
        assertThat(pair(large, at + 8)).isEqualTo(0xFEF00000L);
        int migration = word(large, at + 1) / 4;
        int available = word(large, migration + 1) / 4;
        assertThat(word(large, available)).isEqualTo(0x10003);
        assertThat(word(large, available + 2)).isEqualTo(65535);
    }

    @Test
    void dmaNeedsAMappingAndBusMastering() {
        int[] fds = raw.openByGroup(device);
        long memory = raw.memory(0x2000);
        raw.map(fds[0], 1, memory, 0x10000, 0x1000);
        raw.map(fds[0], 3, memory + 0x1000, 0x11000, 0x1000);
        assertThat(function.dma().read(0x10000, new byte[4])).isFalse();
        raw.command(fds[2], 6);
        assertThat(function.dma().read(0x10ffe, new byte[4])).isTrue();
        assertThat(function.dma().write(0x10ffe, new byte[4])).isFalse();
        assertThat(function.dma().write(0x11000, new byte[] {1, 2})).isTrue();
        assertThat(function.dma().translate(0x11000, 2, false).orElseThrow().address()).isEqualTo(memory + 0x1000);
        assertThat(function.dma().translate(0x12000, 1, false)).isEmpty();
        assertThat(host.dmaFaults()).hasSize(3);
    }

    @Test
    void registersAreReadInAlignedPiecesAndNeedMemoryDecoding() {
        int opened = raw.openByGroup(device)[2];
        var buffer = words(0, 0, 0, 0);
        assertThat(calls.pread(opened, buffer, 4, 0)).isEqualTo(-5);
        raw.command(opened, 2);
        assertThat(calls.pwrite(opened, words(0x11223344, 0x55667788), 8, 0x10)).isEqualTo(8);
        assertThat(calls.pread(opened, buffer, 6, 0x11)).isEqualTo(6);
        assertThat(word(buffer, 0)).isEqualTo(0x88112233);
        assertThat(calls.pread(opened, buffer, 8, 0x3FFC)).isEqualTo(4);
        assertThat(calls.pread(opened, buffer, 4, 0x4000)).isEqualTo(-22);
        assertThat(calls.pread(opened, buffer, 4, CONFIG + 4094)).isEqualTo(-14);
        assertThat(calls.pread(opened, buffer, 4, CONFIG)).isEqualTo(4);
        assertThat(word(buffer, 0)).isEqualTo(0x00101b36);
        assertThat(calls.pread(opened, buffer, 4, 9L << 40)).isEqualTo(-22);
    }

    @Test
    void aBarIsMappedWithinItsAreas() {
        function.mappableAreas(new FakeArea(0x1000, 0x1000));
        int opened = raw.openByGroup(device)[2];
        var small = words(32, 0, 0, 0, 0, 0, 0, 0);
        assertThat(calls.ioctl(opened, 0x3B6C, small)).isZero();
        assertThat(word(small, 0)).isEqualTo(64);
        assertThat(word(small, 1)).isEqualTo(15);
        assertThat(word(small, 3)).isZero();
        assertThat(pair(small, 4)).isEqualTo(0x4000);
        assertThat(calls.mmap(0x1000, 3, 1, opened, 0)).isEqualTo(-22);
        long address = calls.mmap(0x1000, 3, 1, opened, 0x1000);
        assertThat(address).isEqualTo(function.memory().address() + 0x1000);
        assertThat(calls.munmap(address, 0x2000)).isEqualTo(-22);
        assertThat(calls.munmap(address, 0x1000)).isZero();
        assertThat(host.mappings()).isEmpty();
        assertThat(host.violations()).hasSize(1);
    }

    @Test
    void interruptsSignalTheRegisteredEventfds() {
        int opened = raw.openByGroup(device)[2];
        int event = calls.eventfd();
        assertThat(raw.ioctl(opened, 0x3B6E, 24, 36, 2, 0, 5, event)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, 0x3B6E, 24, 36, 2, 1, 1, event)).isZero();
        assertThat(function.interrupts().raise(1)).isFalse();
        raw.command(opened, 4);
        assertThat(function.interrupts().raise(0)).isFalse();
        assertThat(calls.poll(event, 1, 0)).isZero();
        assertThat(function.interrupts().raise(1)).isTrue();
        assertThat(calls.poll(event, 1, 0)).isEqualTo(1);
        var counter = words(0, 0);
        assertThat(calls.read(event, counter, 0, 8)).isEqualTo(8);
        assertThat(word(counter, 0)).isEqualTo(1);
        assertThat(calls.read(event, counter, 0, 8)).isEqualTo(-11);
        assertThat(raw.ioctl(opened, 0x3B6E, 20, 33, 2, 0, 0)).isZero();
        assertThat(function.interrupts().raise(1)).isFalse();
        device.vectorsAvailable(1);
        assertThat(raw.ioctl(opened, 0x3B6E, 28, 36, 2, 0, 2, event, -1)).isEqualTo(1);
    }

    @Test
    void waitingMovesTheClockAndNothingElse() {
        int event = calls.eventfd();
        assertThat(calls.poll(event, 1, 5_000)).isZero();
        assertThat(host.clock().nanoTime()).isEqualTo(5_000_000_000L);
        host.clock().onAdvance(nanos -> {
            if (host.clock().nanoTime() >= 6_000_000_000L) {
                calls.write(event, words(1, 0), 0, 8);
            }
        });
        assertThat(calls.poll(event, 1, 5_000)).isEqualTo(1);
        assertThat(host.clock().nanoTime()).isBetween(6_000_000_000L, 6_100_000_000L);
        host.clock().advance(Duration.ofSeconds(1));
        assertThat(host.violations()).isEmpty();
    }

    @Test
    void openingResetsAndForgetsTheCommandRegister() {
        int[] fds = raw.openByGroup(device);
        raw.command(fds[2], 6);
        assertThat(device.command()).isEqualTo(6);
        assertThat(raw.number(fds[2], 0x3B6F, 0)).isZero();
        assertThat(device.command()).isEqualTo(6);
        assertThat(calls.pwrite(fds[2], words(0x8000), 2, CONFIG + 0x48)).isEqualTo(2);
        assertThat(function.resets()).isEqualTo(3);
        raw.close(fds);
        assertThat(raw.openByGroup(device)[2]).isPositive();
        assertThat(device.command()).isZero();
    }

    @Test
    void aVirtualFunctionNeedsTheTokenOfAPhysicalFunctionOnVfio() {
        var token = UUID.fromString("83d8f4f2-509f-382f-3c1e-e6bfe0fa1001");
        var physical = host.addPciDevice("0000:04:00.0", new ScratchFunction()).group(8);
        device.virtualFunctionOf(physical, 0);
        int[] pf = raw.openByGroup(physical);
        raw.close(pf[2]);
        assertThat(raw.name(pf[1], "0000:04:00.0 vf_token=" + token)).isPositive();
        int group = raw.open("/dev/vfio/7");
        raw.ioctl(group, 0x3B68, pf[0]);
        assertThat(raw.name(group, BDF)).isEqualTo(-13);
        assertThat(raw.name(group, BDF + " vf_token=" + new UUID(1, 2))).isEqualTo(-13);
        assertThat(raw.name(group, BDF + " vf_token=" + token + " vf_token=" + token)).isEqualTo(-22);
        assertThat(raw.name(group, BDF + "  vf_token=" + token)).isPositive();
        physical.driver("nvme");
        assertThat(raw.name(group, BDF + " vf_token=" + token)).isEqualTo(-22);
    }

    @Test
    void filesOfSysfsAreLinkedAsTheKernelLinksThem() {
        var files = host.host().files();
        host.addPciDevice("0000:04:00.0", new ScratchFunction())
                .group(8)
                .driver("nvme")
                .nvme(3);
        device.virtualFunctionOf(host.devices().get(1), 1);
        assertThat(files.linkedName("/sys/bus/pci/devices/" + BDF + "/driver")).contains("vfio-pci");
        assertThat(files.linkedName("/sys/bus/pci/devices/" + BDF + "/iommu_group")).contains("7");
        assertThat(files.names("/sys/bus/pci/devices/" + BDF + "/vfio-dev")).containsExactly("vfio0");
        assertThat(files.names("/sys/kernel/iommu_groups/7/devices")).containsExactly(BDF);
        assertThat(files.text("/sys/bus/pci/devices/" + BDF + "/physfn/virtfn1/vendor")).contains("0x1b36");
        assertThat(files.names("/sys/bus/pci/devices/0000:04:00.0/nvme")).containsExactly("nvme3");
        assertThat(files.exists("/sys/bus/pci/devices/0000:04:00.0/vfio-dev")).isFalse();
        assertThat(files.exists("/dev/vfio/7")).isTrue();
        assertThat(files.exists("/dev/vfio/8")).isFalse();
        assertThat(files.names("/dev/vfio")).containsExactly("7", "devices", "vfio");
    }

    @Test
    void aPlannedFailureHappensOnceAndBeforeAnyEffect() {
        host.failNext(FakeCall.on("container", "SET_IOMMU"), 19);
        int container = raw.openByGroup(device)[0];
        assertThat(raw.number(container, 0x3B66, 3)).isZero();
        host.failAt(2);
        assertThat(calls.eventfd()).isPositive();
        assertThat(calls.eventfd()).isEqualTo(-24);
        assertThat(host.failuresLeft()).isZero();
        assertThat(host.log()).contains("container.SET_IOMMU(3) = -19", "container.SET_IOMMU(3) = 0");
    }

    @Test
    void aGroupWithoutIommuHasNoMapping() {
        device.noIommu(true);
        int container = raw.open("/dev/vfio/vfio");
        int group = raw.open("/dev/vfio/noiommu-7");
        assertThat(raw.ioctl(group, 0x3B68, container)).isZero();
        assertThat(raw.number(container, 0x3B66, 3)).isEqualTo(-19);
        assertThat(raw.number(container, 0x3B66, 8)).isZero();
        assertThat(raw.map(container, 3, raw.memory(0x1000), 0, 0x1000)).isEqualTo(-25);
    }

    @Test
    void memoryThatIsTooSmallForTheKernelIsFound() {
        int container = raw.openByGroup(device)[0];
        assertThat(raw.ioctl(container, 0x3B71, 32, 3)).isEqualTo(-14);
        assertThat(host.violations()).singleElement().asString().contains("outside of the memory");
    }
}
