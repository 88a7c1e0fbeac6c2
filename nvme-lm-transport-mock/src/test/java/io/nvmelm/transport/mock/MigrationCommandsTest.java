package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Status of each Migration Send and Migration Receive. Controllers: 0000h controls; 0012h is suspended and disabled,
/// 0013h runs with queues, 0014h is disabled, 0015h is suspended and has a sequence open, 0016h is just being
/// suspended.
class MigrationCommandsTest {
    /// Suspended, no queues; the bytes are those of a controller with one queue pair.
    static final byte[] ONE_PAIR = ManagementHost.hex(
            """
            00000100000000000000000000000000
            0e000000000000000000000000000000
            00000000000000000000000000000000
            00000100010000000050341200000000
            3f000100010005000500070000000000
            00003412000000003f00010004000500
            0700030000000000
            """);

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .migratableControllers(5)
            .secondaryIdsFrom(0x12)
            .maximumQueuePairs(4)
            .maximumQueueEntries(64)
            .maximumStateBytes(1 << 16)
            .mdts(3)
            .stateVersions(0, 9)
            .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, java.time.Duration.ofDays(1)))
            .build();
    private final ManagementHost management = new ManagementHost(subsystem);

    MigrationCommandsTest() {
        management.suspend(0x12);
        new TestHost(subsystem.controller(0x13)).bringUp().createQueuePair(1, 8);
        management.suspend(0x15);
        management.setState(0x1_0002, 0x1_0015, 0, Arrays.copyOf(ONE_PAIR, 48));
        var busy = new TestHost(subsystem.controller(0x16)).bringUp().createQueuePair(1, 8);
        busy.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        management.startSuspend(0x16);
        clock.runNext();
    }

    private Completion send(String cdw10, String cdw11, String cdw12, String cdw13, String cdw15) {
        var entry = ManagementHost.entry(0x41, decode(cdw10), decode(cdw11), decode(cdw12), decode(cdw13), decode(
                cdw15));
        try (var data = management.transport.allocate(1 << 16)) {
            data.segment().copyFrom(java.lang.foreign.MemorySegment.ofArray(ONE_PAIR));
            long byteSize = Math.min(1 << 16, Integer.toUnsignedLong(decode(cdw15)) * 4);
            return management.transport
                    .submit(entry, byteSize == 0 ? null : data, byteSize, ManagementHost.TIMEOUT)
                    .join();
        }
    }

    private static int decode(String number) {
        return Long.decode(number).intValue();
    }

    @ParameterizedTest
    @CsvSource({
        // cdw10, cdw11, status
        "0x00000000, 0x00010012, SUCCESSFUL_COMPLETION", // suspended already
        "0x00000000, 0x80010012, SUCCESSFUL_COMPLETION", // with DUDMQ
        "0x00000000, 0x00000012, SUCCESSFUL_COMPLETION", // notification on a suspended controller
        "0x00000000, 0x00000013, SUCCESSFUL_COMPLETION", // notification
        "0x00000000, 0x80000013, SUCCESSFUL_COMPLETION", // notification with DUDMQ
        "0x00000000, 0x00010013, SUCCESSFUL_COMPLETION",
        "0x00000000, 0x00010014, SUCCESSFUL_COMPLETION", // disabled
        "0x00000000, 0x7F010013, SUCCESSFUL_COMPLETION", // reserved fields are not looked at
        "0x00000000, 0x00020013, INVALID_FIELD_IN_COMMAND", // reserved type
        "0x00000000, 0x00FF0013, INVALID_FIELD_IN_COMMAND",
        "0x00000000, 0x00020099, INVALID_FIELD_IN_COMMAND", // coded fields before the identifier
        "0x00000000, 0x00010000, INVALID_CONTROLLER_IDENTIFIER", // controlling
        "0x00000000, 0x00000000, INVALID_CONTROLLER_IDENTIFIER",
        "0x00000000, 0x00010017, INVALID_CONTROLLER_IDENTIFIER", // unknown
        "0x00000000, 0x0001FFFF, INVALID_CONTROLLER_IDENTIFIER",
        "0x00000001, 0x00000012, SUCCESSFUL_COMPLETION",
        "0x00000001, 0x00000013, CONTROLLER_NOT_SUSPENDED",
        "0x00000001, 0x00000014, CONTROLLER_NOT_SUSPENDED",
        "0x00000001, 0x00000015, COMMAND_SEQUENCE_ERROR", // received in part
        "0x00000001, 0x00000016, CONTROLLER_NOT_SUSPENDED", // just being suspended
        "0x00000001, 0x00000000, INVALID_CONTROLLER_IDENTIFIER",
        "0x00000001, 0x00000011, INVALID_CONTROLLER_IDENTIFIER",
        "0x00000003, 0x00000012, INVALID_FIELD_IN_COMMAND", // reserved select
        "0x000000FF, 0x00000099, INVALID_FIELD_IN_COMMAND",
    })
    @Proves(device = {
        "encoding.migration-send",
        "suspend.repeated",
        "suspend.reserved-type",
        "suspend.unknown-controller",
        "suspend.own-controller",
        "resume.not-suspended",
        "resume.unknown-controller",
        "resume.with-open-state",
        "discovery.reserved-select",
        "discovery.reserved-values"
    })
    void suspendAndResumeAnswer(String cdw10, String cdw11, StatusCode expected) {
        var completion = send(cdw10, cdw11, "0", "0", "0");
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
        assertThat(completion.dword0()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // cdw10, cdw11, cdw12, cdw13, cdw15, status
        "0x30002, 0x00010012, 0, 0, 0x1A, SUCCESSFUL_COMPLETION", // the standard's encoding
        "0xFFFF0002, 0x00010012, 0, 0, 0x1A, SUCCESSFUL_COMPLETION", // reserved bits 31:18
        "0x10002, 0x00010012, 0, 0, 0x1A, SUCCESSFUL_COMPLETION",
        "0x10002, 0x00010012, 64, 0, 0x04, SUCCESSFUL_COMPLETION",
        "0x20002, 0x00010015, 48, 0, 0x0E, INVALID_FIELD_IN_COMMAND", // the wrong 56 bytes: verification
        "0x00002, 0x00010015, 48, 0, 0x0E, SUCCESSFUL_COMPLETION",
        "0x00002, 0x00010015, 104, 0, 0x01, SUCCESSFUL_COMPLETION", // offset equal to the size
        "0x00002, 0x00010015, 108, 0, 0x01, INVALID_FIELD_IN_COMMAND", // offset greater than the size
        "0x00002, 0x00010015, 0, 1, 0x01, INVALID_FIELD_IN_COMMAND",
        "0x00002, 0x00010015, 0, 0x80000000, 0x01, INVALID_FIELD_IN_COMMAND",
        "0x00002, 0x00020015, 48, 0, 0x0E, INVALID_FIELD_IN_COMMAND", // another version index
        "0x00002, 0x01010015, 48, 0, 0x0E, INVALID_FIELD_IN_COMMAND", // another UUID index
        "0x00002, 0x00010012, 48, 0, 0x0E, COMMAND_SEQUENCE_ERROR", // middle without first
        "0x20002, 0x00010012, 48, 0, 0x0E, COMMAND_SEQUENCE_ERROR", // last without first
        "0x20002, 0x00010012, 48, 0, 0, COMMAND_SEQUENCE_ERROR",
        "0x00002, 0x00010012, 0, 0, 0, INVALID_FIELD_IN_COMMAND", // no data
        "0x10002, 0x00010012, 0, 0, 0, INVALID_FIELD_IN_COMMAND",
        "0x30002, 0x00010012, 0, 0, 0, INVALID_FIELD_IN_COMMAND",
        "0x30002, 0x00010012, 1, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // offset not a multiple of 4
        "0x30002, 0x00010012, 2, 0, 0x1A, INVALID_FIELD_IN_COMMAND",
        "0x30002, 0x00010012, 0, 0, 0x2001, INVALID_FIELD_IN_COMMAND", // more than MDTS
        "0x10002, 0x00010012, 65532, 0, 0x02, NOT_ENOUGH_RESOURCES", // longer than what can be held
        "0x10002, 0x00010012, 0, 1, 0x02, NOT_ENOUGH_RESOURCES",
        "0x30002, 0x00030012, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // version index not listed
        "0x30002, 0x02010012, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // UUID index not listed
        "0x30002, 0x00000012, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // neither
        "0x30002, 0x01000012, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // NVMe state without version index
        "0x30002, 0x00020012, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // version 0 under the index of version 9
        "0x30002, 0x00010012, 0, 0, 0x19, INVALID_FIELD_IN_COMMAND", // a dword is missing
        "0x30002, 0x00010012, 0, 0, 0x0B, INVALID_FIELD_IN_COMMAND", // not even a header
        "0x30002, 0x00010012, 4, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // a gap at the start
        "0x30002, 0x00010012, 0, 0, 0x1B, SUCCESSFUL_COMPLETION", // more than the state
        "0x30002, 0x00010013, 0, 0, 0x1A, INVALID_FIELD_IN_COMMAND", // enabled, but it has queues
        "0x30002, 0x00010014, 0, 0, 0x1A, INVALID_CONTROLLER_IDENTIFIER", // neither suspended nor enabled
        "0x30002, 0x00010016, 0, 0, 0x1A, INVALID_CONTROLLER_IDENTIFIER", // just being suspended
        "0x30002, 0x00010000, 0, 0, 0x1A, INVALID_CONTROLLER_IDENTIFIER", // controlling
        "0x30002, 0x00010099, 0, 0, 0x1A, INVALID_CONTROLLER_IDENTIFIER", // unknown
        "0x30002, 0x00010099, 1, 0, 0, INVALID_FIELD_IN_COMMAND", // coded fields before the identifier
        "0x30002, 0x00030099, 1, 0, 0x1A, INVALID_CONTROLLER_IDENTIFIER", // identifier before alignment and indices
        "0x00002, 0x00030012, 1, 0, 0x1A, COMMAND_SEQUENCE_ERROR", // state before alignment and indices
    })
    @Proves(device = {
        "encoding.migration-send",
        "set.only",
        "set.count-is-plain",
        "set.empty-otherwise",
        "set.offset-alignment",
        "set.offset-beyond",
        "set.no-sequence",
        "set.version-not-listed",
        "set.uuid-not-listed",
        "set.no-format",
        "set.state-without-version",
        "set.incomplete",
        "set.queues-exist",
        "set.unfit-controller",
        "discovery.data-within-mdts",
        "discovery.reserved-values"
    })
    void setControllerStateAnswers(
            String cdw10, String cdw11, String cdw12, String cdw13, String cdw15, StatusCode expected) {
        var completion = send(cdw10, cdw11, cdw12, cdw13, cdw15);
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // cdw10, cdw11, cdw12, cdw13, bytes, status, dword 0
        "0x010000, 0x00000012, 0, 0, 48, SUCCESSFUL_COMPLETION, 1",
        "0x010000, 0x00000012, 0, 0, 56, SUCCESSFUL_COMPLETION, 1",
        "0x010000, 0x00000012, 56, 0, 4, SUCCESSFUL_COMPLETION, 1", // offset equal to the size
        "0x010000, 0x00000012, 60, 0, 4, INVALID_FIELD_IN_COMMAND, 0", // offset greater than the size
        "0x010000, 0x00000012, 0, 1, 4, INVALID_FIELD_IN_COMMAND, 0",
        "0x010000, 0x00000012, 1, 0, 4, INVALID_FIELD_IN_COMMAND, 0", // offset not a multiple of 4
        "0x010000, 0x00000012, 2, 0, 4, INVALID_FIELD_IN_COMMAND, 0",
        "0x010000, 0x00000012, 0, 0, 32768, SUCCESSFUL_COMPLETION, 1", // far beyond the end
        "0x010000, 0x00000012, 0, 0, 32772, INVALID_FIELD_IN_COMMAND, 0", // more than MDTS
        "0x020000, 0x00000012, 0, 0, 56, SUCCESSFUL_COMPLETION, 1",
        "0x030000, 0x00000012, 0, 0, 48, INVALID_FIELD_IN_COMMAND, 0", // version index not listed
        "0x010000, 0x00020012, 0, 0, 48, INVALID_FIELD_IN_COMMAND, 0", // UUID index not listed
        "0x010000, 0x07010012, 0, 0, 48, SUCCESSFUL_COMPLETION, 1", // parameter
        "0x000000, 0x07000012, 0, 0, 48, SUCCESSFUL_COMPLETION, 1", // header only
        "0x000000, 0x00000012, 52, 0, 4, INVALID_FIELD_IN_COMMAND, 0",
        "0x010000, 0x00000013, 0, 0, 104, SUCCESSFUL_COMPLETION, 0", // running
        "0x010000, 0x00000016, 0, 0, 104, SUCCESSFUL_COMPLETION, 0", // just being suspended
        "0x010000, 0x00000000, 0, 0, 48, INVALID_CONTROLLER_IDENTIFIER, 0", // controlling
        "0x010000, 0x00000099, 0, 0, 48, INVALID_CONTROLLER_IDENTIFIER, 0", // unknown
        "0x010000, 0x00000099, 1, 0, 48, INVALID_CONTROLLER_IDENTIFIER, 0", // identifier before alignment
        "0x010001, 0x00000012, 0, 0, 48, INVALID_FIELD_IN_COMMAND, 0", // reserved select
        "0xFF0100FF, 0x00000099, 0, 0, 48, INVALID_FIELD_IN_COMMAND, 0",
        "0xFF01FF00, 0x00000012, 0, 0, 48, SUCCESSFUL_COMPLETION, 1", // reserved bits
    })
    @Proves(device = {
        "encoding.migration-receive",
        "get.offset-alignment",
        "get.offset-beyond",
        "get.offset-at-end",
        "get.version-not-listed",
        "get.uuid-not-listed",
        "get.header-alone",
        "get.running",
        "get.unfit-controller",
        "get.suspended-throughout",
        "discovery.data-within-mdts"
    })
    void getControllerStateAnswers(
            String cdw10, String cdw11, String cdw12, String cdw13, int byteSize, StatusCode expected, int dword0) {
        long offset = Integer.toUnsignedLong(decode(cdw12)) | (long) decode(cdw13) << 32;
        var completion = management.getState(decode(cdw10), decode(cdw11), offset, byteSize).completion();
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
        assertThat(completion.dword0()).isEqualTo(dword0);
    }

    @ParameterizedTest
    @CsvSource({"0x41, 0, 0x10013", "0x41, 1, 0x12", "0x41, 0x30002, 0x10012", "0x42, 0x10000, 0x12"})
    void aNamespaceIdentifierIsRefused(String opcode, String cdw10, String cdw11) {
        var entry = ManagementHost.entry(decode(opcode), decode(cdw10), decode(cdw11), 0, 0, 1);
        new SubmissionEntryView().wrap(entry, 0).namespaceId(1);
        try (var data = management.transport.allocate(4096)) {
            var completion = management.transport
                    .submit(entry, data, 4096, ManagementHost.TIMEOUT)
                    .join();
            assertThat(completion.status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        }
    }

    @Test
    void dataThatIsNotThereIsATransferError() {
        var set = ManagementHost.entry(0x41, 0x3_0002, 0x1_0012, 0, 0, 0x1A);
        assertThat(management.start(set).join().status().is(DATA_TRANSFER_ERROR)).isTrue();
        var get = ManagementHost.entry(0x42, 0x1_0000, 0x12, 0, 0, 0x19);
        assertThat(management.start(get).join().status().is(DATA_TRANSFER_ERROR)).isTrue();
    }

    @Test
    @Proves(device = {"get.beyond-end", "state.no-queues"})
    void whatIsBeyondTheEndIsNotTheControllersToDefine() {
        var bytes = management.getState(0x1_0000, 0x12, 0, 8192).bytes();
        assertThat(Arrays.copyOfRange(bytes, 56, 8192)).containsOnly(0xA5);
        assertThat(Arrays.copyOf(bytes, 56))
                .isEqualTo(ManagementHost.hex("00000100000000000000000000000000" + "02000000000000000000000000000000"
                        + "00000000000000000000000000000000" + "0000000000000000"));
    }

    @Test
    void aPublicEmulationDoesNotReportSuspensionInCompletions() {
        var quiet = InMemorySubsystem.builder(clock).reportSuspendedInCompletion(false).build();
        var host = new ManagementHost(quiet);
        host.suspend(1);
        var state = host.getState(0x1_0000, 1, 0, 48);
        assertThat(state.completion().dword0()).isZero();
        assertThat(state.bytes()[2]).isEqualTo((byte) 1);
    }

    @Test
    @Proves(device = "status.do-not-retry")
    void errorsThatMayPassAreNotMarkedAsFinal() {
        assertThat(send("1", "0x13", "0", "0", "0").status().doNotRetry()).isFalse();
        assertThat(send("1", "0x15", "0", "0", "0").status().doNotRetry()).isFalse();
        assertThat(send("1", "0x99", "0", "0", "0").status().doNotRetry()).isTrue();
        assertThat(send("3", "0x12", "0", "0", "0").status().doNotRetry()).isTrue();
    }
}
