package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.PrimaryControllerCapabilitiesCodec;
import io.nvmelm.core.codec.SecondaryControllerListCodec;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Virtualization Management by its dwords: 12 queues and 10 vectors for three secondary controllers, of which one can
/// have 5 and 5.
class VirtualizationCommandsTest {
    private static final int ALLOCATE_PRIMARY = 0x001;
    private static final int OFFLINE = 0x007;
    private static final int ASSIGN_QUEUES = 0x008;
    private static final int ASSIGN_INTERRUPTS = 0x108;
    private static final int ONLINE = 0x009;

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .controllingControllerId(0x40)
            .migratableControllers(3)
            .maximumQueuePairs(4)
            .flexibleResources(12, 10)
            .build();
    private final ManagementHost management = new ManagementHost(subsystem);

    private Completion manage(int controllerId, int actionAndType, int count) {
        return management
                .start(ManagementHost.entry(0x1C, controllerId << 16 | actionAndType, count, 0, 0, 0))
                .join();
    }

    private void accepted(int controllerId, int actionAndType, int count) {
        var completion = manage(controllerId, actionAndType, count);
        assertThat(completion.status().isSuccess()).as(completion.toString()).isTrue();
        assertThat(completion.dword0()).isEqualTo(count);
    }

    private void refused(StatusCode expected, int controllerId, int actionAndType, int count) {
        var completion = manage(controllerId, actionAndType, count);
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
    }

    private SecondaryController secondary(int controllerId) {
        return SecondaryControllerListCodec.decode(MemorySegment.ofArray(management.identify(0x15)))
                .get(controllerId - 1);
    }

    private PrimaryControllerCapabilities capabilities() {
        return PrimaryControllerCapabilitiesCodec.decode(MemorySegment.ofArray(management.identify(0x14)));
    }

    private void online(int controllerId, int queues, int interrupts) {
        accepted(controllerId, ASSIGN_QUEUES, queues);
        accepted(controllerId, ASSIGN_INTERRUPTS, interrupts);
        accepted(controllerId, ONLINE, 0);
    }

    @Test
    void theControllingControllerAnnouncesIt() {
        assertThat(management.identify(1)[256]).isEqualTo((byte) 0x82);
        assertThat(management.identify(1)[257]).isEqualTo((byte) 0x08);
    }

    @Test
    void withoutFlexibleResourcesThereIsNeitherCommandNorStructure() {
        var plain = new ManagementHost(InMemorySubsystem.builder(clock).build());

        assertThat(plain.identify(1)[256]).isEqualTo((byte) 0x02);
        assertThat(plain.start(ManagementHost.entry(0x1C, 1 << 16 | OFFLINE, 0, 0, 0, 0)).join().status()
                .is(INVALID_COMMAND_OPCODE)).isTrue();
        try (var memory = plain.transport.allocate(4096)) {
            assertThat(plain.transport
                    .submit(ManagementHost.entry(0x06, 0x14, 0, 0, 0, 0), memory, 4096, ManagementHost.TIMEOUT)
                    .join()
                    .status()
                    .is(INVALID_FIELD_IN_COMMAND)).isTrue();
        }
    }

    @Test
    void secondaryControllersStartOfflineAndWithoutResources() {
        for (int id = 1; id <= 3; id++) {
            assertThat(secondary(id)).isEqualTo(new SecondaryController(id, 0x40, false, id, 0, 0));
        }
        assertThat(capabilities())
                .isEqualTo(new PrimaryControllerCapabilities(
                        0x40,
                        0,
                        3,
                        new FlexibleResources(12, 0, 0, 5, 5, 1),
                        new FlexibleResources(10, 0, 0, 5, 5, 1)));
    }

    @Test
    void whatIsAssignedIsListedAndCounted() {
        online(2, 4, 3);
        accepted(3, ASSIGN_QUEUES, 1);

        assertThat(secondary(1)).isEqualTo(new SecondaryController(1, 0x40, false, 1, 0, 0));
        assertThat(secondary(2)).isEqualTo(new SecondaryController(2, 0x40, true, 2, 4, 3));
        assertThat(secondary(3)).isEqualTo(new SecondaryController(3, 0x40, false, 3, 1, 0));
        assertThat(capabilities().queueResources().assigned()).isEqualTo(5);
        assertThat(capabilities().interruptResources().assigned()).isEqualTo(3);
        assertThat(subsystem.controller(1).isOnline()).isFalse();
        assertThat(subsystem.controller(2).isOnline()).isTrue();
        assertThat(subsystem.controllingController().isOnline()).isTrue();
    }

    @Test
    void aNewNumberTakesThePlaceOfTheOld() {
        accepted(1, ASSIGN_QUEUES, 5);
        accepted(2, ASSIGN_QUEUES, 5);
        accepted(1, ASSIGN_QUEUES, 4);
        accepted(3, ASSIGN_QUEUES, 3);

        assertThat(capabilities().queueResources().free()).isZero();
        refused(INVALID_RESOURCE_IDENTIFIER, 1, ASSIGN_QUEUES, 5);
        accepted(1, ASSIGN_QUEUES, 0);
        assertThat(capabilities().queueResources().free()).isEqualTo(4);
    }

    @Test
    void moreThanOneControllerCanHaveIsAnInvalidNumber() {
        refused(INVALID_NUMBER_OF_CONTROLLER_RESOURCES, 1, ASSIGN_QUEUES, 6);
        refused(INVALID_NUMBER_OF_CONTROLLER_RESOURCES, 1, ASSIGN_INTERRUPTS, 6);
        accepted(1, ASSIGN_QUEUES, 5);
        accepted(1, ASSIGN_INTERRUPTS, 5);
    }

    @Test
    void nothingIsAssignedWhileOnline() {
        online(1, 2, 1);

        refused(INVALID_SECONDARY_CONTROLLER_STATE, 1, ASSIGN_QUEUES, 3);
        refused(INVALID_SECONDARY_CONTROLLER_STATE, 1, ASSIGN_INTERRUPTS, 3);
        assertThat(secondary(1)).isEqualTo(new SecondaryController(1, 0x40, true, 1, 2, 1));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 1", "2, 0", "5, 0"})
    void goingOnlineTakesTwoQueuesAndOneVector(int queues, int interrupts) {
        accepted(1, ASSIGN_QUEUES, queues);
        accepted(1, ASSIGN_INTERRUPTS, interrupts);

        refused(INVALID_SECONDARY_CONTROLLER_STATE, 1, ONLINE, 0);

        assertThat(secondary(1).online()).isFalse();
        online(1, 2, 1);
    }

    @Test
    void goingOfflineGivesTheResourcesBack() {
        online(1, 5, 5);

        accepted(1, OFFLINE, 0);

        assertThat(secondary(1)).isEqualTo(new SecondaryController(1, 0x40, false, 1, 0, 0));
        assertThat(capabilities().queueResources().free()).isEqualTo(12);
        assertThat(capabilities().interruptResources().free()).isEqualTo(10);
    }

    @Test
    void goingWhereItIsIsNoError() {
        accepted(1, OFFLINE, 0);
        online(1, 2, 1);
        accepted(1, ONLINE, 0);
        assertThat(secondary(1).online()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 0x40, 0xFFFF})
    void aControllerThatIsNotSecondaryIsRefused(int controllerId) {
        for (int action : new int[] {OFFLINE, ASSIGN_QUEUES, ASSIGN_INTERRUPTS, ONLINE}) {
            refused(INVALID_CONTROLLER_IDENTIFIER, controllerId, action, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x000, 0x002, 0x006, 0x00A, 0x00F, 0x208, 0x708, 0x207})
    void reservedActionsAndTypesAreRefused(int actionAndType) {
        refused(INVALID_FIELD_IN_COMMAND, 1, actionAndType, 1);
    }

    @Test
    void aNamespaceIsRefused() {
        var entry = ManagementHost.entry(0x1C, 1 << 16 | OFFLINE, 0, 0, 0, 0);
        entry.set(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 4, 1);
        assertThat(management.start(entry).join().status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    void aMigratableControllerHasNothingOfIt() {
        online(1, 2, 1);
        var host = new TestHost(subsystem.controller(1)).bringUp();

        assertThat(host.admin(0x1C, e -> e.cdw10(2 << 16 | OFFLINE)).is(INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(host.admin(0x06, e -> e.cdw10(0x14).prp1(TestHost.DATA)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        host.admin(0x06, e -> e.cdw10(1).prp1(TestHost.DATA));
        assertThat(host.bytes(TestHost.DATA + 256, 2)).containsExactly(2, 0);
    }

    @Test
    void thePrimaryControllerGetsItsShareWithAResetOfItsFunction() {
        accepted(0x40, ALLOCATE_PRIMARY, 9);
        accepted(0x40, 0x100 | ALLOCATE_PRIMARY, 2);
        assertThat(capabilities().queueResources().primaryAllocated()).isZero();
        var pf = new TestHost(subsystem.controllingController()).bringUp();
        assertThat(pf.admin(0x09, e -> e.cdw10(7).cdw11(0x00FF_00FF)).dword0()).isEqualTo(0x0003_0003);

        pf.controller.writeRegister32(NvmRegisters.CC, 0);
        assertThat(capabilities().queueResources().primaryAllocated()).isZero();
        pf.controller.functionLevelReset();

        assertThat(capabilities().queueResources()).isEqualTo(new FlexibleResources(12, 0, 9, 5, 5, 1));
        assertThat(capabilities().interruptResources()).isEqualTo(new FlexibleResources(10, 0, 2, 5, 5, 1));
        pf.bringUp();
        assertThat(pf.admin(0x09, e -> e.cdw10(7).cdw11(0x00FF_00FF)).dword0()).isEqualTo(0x000C_000C);
        assertThat(pf.createCompletionQueue(13, TestHost.DATA, 8, 6).status().isSuccess()).isTrue();
        assertThat(pf.createSubmissionQueue(13, TestHost.DATA + 4096, 8, 13).status().isSuccess()).isTrue();
        assertThat(pf.createCompletionQueue(12, TestHost.DATA, 8, 7).is(INVALID_INTERRUPT_VECTOR)).isTrue();
        refused(INVALID_RESOURCE_IDENTIFIER, 1, ASSIGN_QUEUES, 4);
        accepted(1, ASSIGN_QUEUES, 3);
    }

    @Test
    void thePrimaryControllersShareIsBoundedToo() {
        accepted(1, ASSIGN_QUEUES, 4);

        refused(INVALID_NUMBER_OF_CONTROLLER_RESOURCES, 0x40, ALLOCATE_PRIMARY, 13);
        refused(INVALID_RESOURCE_IDENTIFIER, 0x40, ALLOCATE_PRIMARY, 9);
        refused(INVALID_CONTROLLER_IDENTIFIER, 1, ALLOCATE_PRIMARY, 1);
        accepted(0x40, ALLOCATE_PRIMARY, 8);
    }
}
