package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterFileTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem =
            InMemorySubsystem.builder(clock).maximumQueueEntries(256).maximumQueuePairs(4).build();
    private final InMemoryController controller = subsystem.controller(1);
    private final TestHost host = new TestHost(controller);

    @Test
    void capabilitiesAreThoseOfTheModel() {
        // MQES 255, CQR, TO 20, DSTRD 0, CSS bit 0, MPSMIN 0, MPSMAX 4, CRMS bit 0
        assertThat(controller.readRegister64(0x00)).isEqualTo(0x0840_0020_1401_00FFL);
        assertThat(controller.readRegister32(0x00)).isEqualTo(0x1401_00FF);
        assertThat(controller.readRegister32(0x04)).isEqualTo(0x0840_0020);
        assertThat(controller.readRegister32(0x08)).isEqualTo(0x0002_0300);
        assertThat(controller.readRegister32(0x68)).isEqualTo(20);
    }

    @Test
    void enablingWithValidAdminQueuesMakesReady() {
        host.bringUp();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isEqualTo(0x001F_001F);
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isEqualTo(TestHost.ADMIN_SUBMISSION);
        assertThat(controller.readRegister64(NvmRegisters.ACQ)).isEqualTo(TestHost.ADMIN_COMPLETION);
    }

    @ParameterizedTest
    @CsvSource({
        // AQA, ASQ, ACQ, CC
        "0x001F0000, 0x100000, 0x110000, 0x460001", // ASQS 0
        "0x0000001F, 0x100000, 0x110000, 0x460001", // ACQS 0
        "0x001F001F, 0x100800, 0x110000, 0x460001", // ASQ not page aligned
        "0x001F001F, 0x100000, 0x110010, 0x460001", // ACQ not page aligned
        "0x001F001F, 0x100000, 0x110000, 0x460281", // MPS 5
        "0x001F001F, 0x101000, 0x110000, 0x460081", // ASQ not aligned to pages of 8 KiB
        "0x001F001F, 0x100000, 0x110000, 0x460061", // CSS 6
        "0x001F001F, 0x100000, 0x110000, 0x460801", // AMS 1
    })
    void enablingWithInvalidPropertiesIsFatal(String aqa, String asq, String acq, String cc) {
        controller.writeRegister32(NvmRegisters.AQA, Integer.decode(aqa));
        controller.writeRegister64(NvmRegisters.ASQ, Long.decode(asq));
        controller.writeRegister64(NvmRegisters.ACQ, Long.decode(acq));
        controller.writeRegister32(NvmRegisters.CC, Integer.decode(cc));
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(2);
        controller.writeRegister32(NvmRegisters.CC, 0);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
    }

    @Test
    void controllerResetDropsQueuesAndKeepsAdminQueueProperties() {
        host.bringUp().createQueuePair(1, 8);
        controller.writeRegister32(NvmRegisters.INTMS, 4);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0000);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.INTMS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isEqualTo(0x001F_001F);
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isEqualTo(TestHost.ADMIN_SUBMISSION);
        assertThat(controller.readRegister64(NvmRegisters.ACQ)).isEqualTo(TestHost.ADMIN_COMPLETION);
        host.bringUp();
        assertThat(host.admin(0x00, e -> e.cdw10(1)).status().code()).isEqualTo(0x01);
    }

    @Test
    void functionLevelResetClearsAdminQueueProperties() {
        host.bringUp();
        controller.functionLevelReset();
        assertThat(controller.readRegister32(NvmRegisters.CC)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isZero();
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isZero();
        assertThat(controller.readRegister64(NvmRegisters.ACQ)).isZero();
    }

    @Test
    void shutdownCompletesWhenEverythingFetchedIsDone() {
        host.bringUp().createQueuePair(1, 8);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        controller.writeRegister32(NvmRegisters.CC, 0x0046_4001);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(0b0101);
        clock.runUntilIdle();
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(0b1001);
        assertThat(host.poll(1)).hasSize(1);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsIgnored() {
        controller.writeRegister64(NvmRegisters.CAP, -1);
        controller.writeRegister32(NvmRegisters.VS, -1);
        controller.writeRegister32(NvmRegisters.CSTS, -1);
        controller.writeRegister32(NvmRegisters.NSSR, 0x4E56_4D65);
        controller.writeRegister32(0x26, -1);
        controller.writeRegister32(-4, -1);
        controller.writeRegister32(0x1000, 5);
        controller.writeRegister32(Long.MAX_VALUE - 3, 5);
        assertThat(controller.readRegister32(0x08)).isEqualTo(0x0002_0300);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isZero();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isZero();
        assertThat(controller.readRegister32(0x44)).isZero();
        assertThat(controller.readRegister32(-8)).isZero();
        assertThat(controller.readRegister32(1L << 40)).isZero();
    }

    @Test
    void blockedAccessReadsOnesAndLosesWrites() {
        controller.function().blockAccess();
        controller.writeRegister32(NvmRegisters.AQA, 0x1F);
        controller.writeRegister64(NvmRegisters.ASQ, 0x1000);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(-1);
        assertThat(controller.readRegister64(NvmRegisters.CAP)).isEqualTo(-1);
        assertThat(controller.refusedAccesses()).isEqualTo(4);
        controller.function().restoreAccess();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isZero();
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isZero();
    }

    @Test
    void maskedInterruptsWaitForTheirUnmasking() {
        host.bringUp().createQueuePair(1, 8);
        host.interrupts.clear();
        controller.writeRegister32(NvmRegisters.INTMS, 0b10);
        host.execute(1, 1, 0x00, e -> e.namespaceId(1));
        assertThat(host.interrupts).isEmpty();
        controller.writeRegister32(NvmRegisters.INTMC, 0b01);
        assertThat(host.interrupts).isEmpty();
        controller.writeRegister32(NvmRegisters.INTMC, 0b10);
        assertThat(host.interrupts).containsExactly(1);
        controller.writeRegister32(NvmRegisters.INTMS, 0b10);
        controller.writeRegister32(NvmRegisters.INTMC, 0b10);
        assertThat(host.interrupts).as("delivered once").containsExactly(1);
    }

    @Test
    void aQueueOutsideOfMemoryIsFatal() {
        controller.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        controller.writeRegister64(NvmRegisters.ASQ, 1L << 50);
        controller.writeRegister64(NvmRegisters.ACQ, TestHost.ADMIN_COMPLETION);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        controller.writeRegister32(NvmRegisters.submissionDoorbell(0), 1);
        clock.runUntilIdle();
        assertThat(controller.readRegister32(NvmRegisters.CSTS) & 2).isEqualTo(2);
    }

    @Test
    void aControllerWithoutMemoryIsFatalWhenItFetches() {
        var lonely = InMemorySubsystem.builder(clock).build().controller(1);
        lonely.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        lonely.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        lonely.writeRegister32(NvmRegisters.submissionDoorbell(0), 1);
        clock.runUntilIdle();
        assertThat(lonely.readRegister32(NvmRegisters.CSTS) & 2).isEqualTo(2);
    }
}
