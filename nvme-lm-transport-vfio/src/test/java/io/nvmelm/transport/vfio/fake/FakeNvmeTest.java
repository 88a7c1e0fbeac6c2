package io.nvmelm.transport.vfio.fake;

import static io.nvmelm.transport.vfio.fake.FakeNvmeRawDriver.CC;
import static io.nvmelm.transport.vfio.fake.FakeNvmeRawDriver.COMPLETION;
import static io.nvmelm.transport.vfio.fake.FakeNvmeRawDriver.CSTS;
import static io.nvmelm.transport.vfio.fake.FakeNvmeRawDriver.DATA;
import static io.nvmelm.transport.vfio.fake.FakeNvmeRawDriver.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FakeNvmeTest {
    private static final String NAME = "0000:04:00.0";
    private static final int IDENTIFY = 0x06;
    private static final int GET_LOG_PAGE = 0x02;
    private static final int DATA_TRANSFER_ERROR = 0x04;

    private final FakeHost host = new FakeHost();
    private final InMemorySubsystem subsystem = subsystem(LatencyModel.none());
    private final FakeNvme.OnVfio plugged = FakeNvme.controllingOnVfio(host, NAME, subsystem);
    private final FakeNvmeFunction function = plugged.function();

    private static InMemorySubsystem subsystem(LatencyModel latency) {
        return InMemorySubsystem.builder(new VirtualClock())
                .serialNumber("FAKE-7")
                .latency(latency)
                .build();
    }

    private FakeNvmeRawDriver driver() {
        return driver(plugged);
    }

    private FakeNvmeRawDriver driver(FakeNvme.OnVfio other) {
        return new FakeNvmeRawDriver(host.host().calls(), other.device().name(), other.device().group());
    }

    private static String serialNumber(MemorySegment identify) {
        return new String(identify.asSlice(4, 20).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII).strip();
    }

    @Test
    void aControllerThatWasEnabledByHandAnswersIdentify() {
        var driver = driver();
        assertThat(driver.read64(0) & 0xFFFF).isEqualTo(1023);
        assertThat(driver.read32(4)).isEqualTo((int) (driver.read64(0) >>> 32));
        assertThat(driver.read32(8)).isEqualTo(0x0002_0300);
        driver.enable();
        assertThat(driver.read32(CC)).isEqualTo(0x0046_0001);
        assertThat(driver.read64(0x30)).isEqualTo(COMPLETION);
        assertThat(driver.isReady()).isTrue();
        var data = driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.poll()).hasValue(0);
        assertThat(serialNumber(data)).isEqualTo("FAKE-7");
        assertThat(host.dmaFaults()).isEmpty();
        assertThat(function.violations()).isEmpty();
        assertThat(subsystem.violations()).isEmpty();
    }

    @Test
    void completionsWrapAroundTheirQueue() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        for (int i = 0; i < 3 * FakeNvmeRawDriver.SLOTS; i++) {
            assertThat(driver.poll()).isEmpty();
            driver.submit(IDENTIFY, DATA, 0, 1);
            assertThat(driver.poll()).hasValue(0);
        }
    }

    @Test
    void pagesOfAPrpListAreFoundWhereverTheyAre() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        var list = driver.map(DATA, PAGE, 3);
        var pages = new MemorySegment[5];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = driver.map(DATA + (9 - 2L * i) * PAGE, PAGE, 3).fill((byte) 0x55);
            if (i > 0) {
                list.set(ValueLayout.JAVA_LONG, 8L * (i - 1), DATA + (9 - 2L * i) * PAGE);
            }
        }
        int dwords = 4 * PAGE / 4;
        driver.submit(GET_LOG_PAGE, DATA + 9 * PAGE + 1024, DATA, (dwords - 1) << 16 | 1);
        assertThat(driver.poll()).hasValue(0);
        var all = new byte[5 * PAGE];
        for (int i = 0; i < pages.length; i++) {
            MemorySegment.copy(pages[i], 0, MemorySegment.ofArray(all), (long) i * PAGE, PAGE);
        }
        assertThat(Arrays.copyOfRange(all, 0, 1024)).containsOnly(0x55);
        assertThat(Arrays.copyOfRange(all, 1024, 1024 + 4 * PAGE)).containsOnly(0);
        assertThat(Arrays.copyOfRange(all, 1024 + 4 * PAGE, 5 * PAGE)).containsOnly(0x55);
        assertThat(host.dmaFaults()).isEmpty();
    }

    @Test
    void aCompletionComesAfterItsTimeAndSignalsItsVector() {
        var slow = subsystem(LatencyModel.none().with(LatencyModel.CommandClass.ADMIN, Duration.ofMillis(5)));
        var driver = driver(FakeNvme.controllingOnVfio(host, "0000:05:00.0", slow)).enable();
        int event = driver.interrupt();
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.calls.poll(event, SystemCalls.POLL_READABLE, 0)).isZero();
        host.clock().pause(4_999_999);
        assertThat(driver.poll()).isEmpty();
        assertThat(driver.calls.poll(event, SystemCalls.POLL_READABLE, 10)).isEqualTo(SystemCalls.POLL_READABLE);
        assertThat(driver.poll()).hasValue(0);
        assertThat(host.clock().nanoTime()).isLessThan(10_000_000);
    }

    @Test
    void aWorldThatWasMovedByOthersDoesNotMakeTheDeviceWait() {
        var slow = subsystem(LatencyModel.none().with(LatencyModel.CommandClass.ADMIN, Duration.ofMillis(5)));
        var driver = driver(FakeNvme.controllingOnVfio(host, "0000:05:00.0", slow)).enable();
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        slow.clock().advance(Duration.ofHours(1));
        driver.submit(IDENTIFY, DATA, 0, 1);
        host.clock().pause(5_000_000);
        assertThat(driver.poll()).hasValue(0);
    }

    @Test
    void memoryThatIsNotMappedIsAFaultAndADataTransferError() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.poll().getAsInt() & 0x7FF).isEqualTo(DATA_TRANSFER_ERROR);
        assertThat(host.dmaFaults()).hasSize(1).first().asString().contains(NAME, "0x200000");
    }

    @Test
    void memoryThatIsMappedForReadingAloneIsNotWritten() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        var data = driver.map(DATA, PAGE, 1);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(serialNumber(data)).doesNotContain("FAKE-7");
        assertThat(host.dmaFaults()).isNotEmpty();
    }

    @Test
    void withoutBusMasterNothingIsFetchedAndTheControllerFails() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        driver.command(2);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.read32(CSTS)).isEqualTo(3);
        assertThat(driver.poll()).isEmpty();
        assertThat(host.dmaFaults()).first().asString().contains("bus master");
    }

    @Test
    void resettingTheFunctionDisablesTheController() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        int before = function.resets();
        assertThat(driver.calls.ioctl(driver.device, 0x3B6F, 0L)).isZero();
        assertThat(function.resets()).isEqualTo(before + 1);
        assertThat(driver.read32(CC)).isZero();
        assertThat(driver.read32(CSTS)).isZero();
        assertThat(driver.read32(0x24)).isZero();
    }

    @Test
    void aControllerThatFailedWorksAgainAfterItWasDisabled() {
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        function.controllerFatal();
        assertThat(driver.read32(CSTS)).isEqualTo(3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        host.clock().pause(1_000_000_000);
        assertThat(driver.poll()).isEmpty();
        driver.write32(CC, 0x0046_0000);
        assertThat(driver.read32(CSTS)).isZero();
        assertThat(driver.enableAgain().isReady()).isTrue();
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.poll()).hasValue(0);
    }

    @Test
    void aFunctionThatWasRemovedReadsAllOnesAndIsSilent() {
        var slow = subsystem(LatencyModel.none().with(LatencyModel.CommandClass.ADMIN, Duration.ofMillis(5)));
        var pulled = FakeNvme.controllingOnVfio(host, "0000:05:00.0", slow);
        var driver = driver(pulled).enable();
        assertThat(driver.isReady()).isTrue();
        var data = driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        pulled.function().surpriseRemoval();
        driver.submit(IDENTIFY, DATA, 0, 1);
        host.clock().pause(1_000_000_000);
        assertThat(driver.read32(CSTS)).isEqualTo(-1);
        assertThat(driver.read64(0)).isEqualTo(-1);
        assertThat(serialNumber(data)).doesNotContain("FAKE-7");
        assertThat(driver.poll()).isEmpty();
        assertThat(host.dmaFaults()).isEmpty();
    }

    @Test
    void readyComesLateOrNever() {
        function.readyDelay(Duration.ofMillis(300));
        var driver = driver().enable();
        host.clock().pause(299_000_000);
        assertThat(driver.isReady()).isFalse();
        host.clock().pause(1_000_000);
        assertThat(driver.isReady()).isTrue();
        function.holdReady(true);
        driver.write32(CC, 0x0046_0000);
        host.clock().pause(60_000_000_000L);
        assertThat(driver.isReady()).isTrue();
        function.holdReady(false);
        assertThat(driver.isReady()).isFalse();
    }

    @Test
    void commandsOfTheScriptHangOrFail() {
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut();
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(2).failsWith(StatusCode.INTERNAL_ERROR);
        var driver = driver().enable();
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        host.clock().pause(3_600_000_000_000L);
        assertThat(driver.poll()).isEmpty();
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.poll().getAsInt() & 0x7FF).isEqualTo(StatusCode.INTERNAL_ERROR.code());
    }

    @Test
    void whatNoDriverMayDoIsWrittenDown() {
        var driver = driver().enable();
        driver.write32(0x1000, 1);
        assertThat(driver.isReady()).isTrue();
        driver.write32(0x24, 0);
        function.write(0, CSTS, 2, 0);
        assertThat(function.violations())
                .containsExactly(
                        "doorbell 1000h written before CSTS.RDY was read as 1",
                        "register 24h written while CC.EN is 1",
                        "write of 2 bytes at 1ch of BAR 0");
    }

    @Test
    void doorbellsAreAsFarApartAsTheCapabilitiesSay() {
        var wide = new FakeNvmeFunction(host.clock(), subsystem(LatencyModel.none()).controllingController())
                .doorbellStride(3);
        assertThat(wide.barSize(0)).isEqualTo(0x4000);
        var driver = driver(FakeNvme.onVfio(host, "0000:06:00.0", wide)).enable();
        assertThat(driver.read64(0) >>> 32 & 0xF).isEqualTo(3);
        assertThat(driver.isReady()).isTrue();
        driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(wide.violations()).isEmpty();
        driver.write32(0x1004, 1);
        assertThat(wide.violations()).containsExactly("doorbell 1004h written, where none is");
        driver.write32(0x1020, 1);
        assertThat(wide.violations()).hasSize(1);
    }

    @Test
    void aMigratableControllerIsAFunctionToo() {
        var driver = driver(FakeNvme.secondaryOnVfio(host, "0000:04:00.1", subsystem, 1)).enable();
        assertThat(driver.isReady()).isTrue();
        var data = driver.map(DATA, PAGE, 3);
        driver.submit(IDENTIFY, DATA, 0, 1);
        assertThat(driver.poll()).hasValue(0);
        assertThat(data.get(ValueLayout.JAVA_SHORT, 78)).isEqualTo((short) 1);
    }

    @Test
    void aMappedBarIsLookedAtWhenTimePasses() {
        var mapped = new FakeNvmeFunction(host.clock(), subsystem(LatencyModel.none()).controllingController())
                .mapped();
        var driver = driver(FakeNvme.onVfio(host, "0000:07:00.0", mapped));
        long address = driver.calls.mmap(0x4000, 3, SystemCalls.MAP_SHARED, driver.device, 0);
        var bar = FakeStruct.at(address, 0x4000).memory();
        assertThat(bar.get(ValueLayout.JAVA_INT, 8)).isEqualTo(0x0002_0300);
        driver.enable();
        assertThat(driver.isReady()).isTrue();
        var data = driver.map(DATA, PAGE, 3);
        driver.put(IDENTIFY, DATA, 0, 1);
        bar.set(ValueLayout.JAVA_INT, 0x1000, driver.tail());
        assertThat(driver.poll()).isEmpty();
        host.clock().pause(1);
        assertThat(driver.poll()).hasValue(0);
        assertThat(serialNumber(data)).isEqualTo("FAKE-7");
        bar.set(ValueLayout.JAVA_INT, CC, 0x0046_0000);
        host.clock().pause(1);
        assertThat(bar.get(ValueLayout.JAVA_INT, CSTS)).isZero();
        mapped.surpriseRemoval();
        assertThat(bar.get(ValueLayout.JAVA_INT, CSTS)).isEqualTo(-1);
    }
}
