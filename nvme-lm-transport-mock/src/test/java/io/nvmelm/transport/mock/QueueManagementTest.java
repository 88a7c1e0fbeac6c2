package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.ABORTED_SQ_DELETION;
import static io.nvmelm.nvme.StatusCode.COMMAND_SEQUENCE_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueManagementTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemoryController controller = InMemorySubsystem.builder(clock)
            .maximumQueuePairs(4)
            .maximumQueueEntries(64)
            .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
            .build()
            .controller(1);
    private final TestHost host = new TestHost(controller).bringUp();

    @ParameterizedTest
    @CsvSource({
        // prp1, cdw10, cdw11, status
        "0x40000, 0x00070000, 3, 1/01", // identifier 0
        "0x40000, 0x00070005, 3, 1/01", // identifier beyond the number of queues
        "0x40000, 0x00070001, 3, 1/01", // in use
        "0x40000, 0x00000002, 3, 1/02", // one entry
        "0x40000, 0x00400002, 3, 1/02", // more than MQES
        "0x40000, 0x003F0002, 2, 0/02", // not contiguous
        "0x40800, 0x003F0002, 3, 0/13", // offset
        "0x40000, 0x003F0002, 0x00050003, 1/08", // vector 5 of 5
        "0x40000, 0x003F0002, 0x00040003, 0/00",
        "0x40000, 0x00010002, 1, 0/00",
    })
    void creationOfACompletionQueueIsChecked(String prp1, String cdw10, String cdw11, String status) {
        host.createCompletionQueue(1, 0x3_0000, 8, 0);
        var entry = host.admin(
                0x05,
                e -> e.prp1(Long.decode(prp1)).cdw10(Integer.decode(cdw10)).cdw11(Integer.decode(cdw11)));
        assertThat(entry.status().toString()).startsWith(status.endsWith("00") ? "0/00h" : status + "h");
    }

    @ParameterizedTest
    @CsvSource({
        // prp1, cdw10, cdw11, status
        "0x40000, 0x00070000, 0x00010001, 1/01", // identifier 0
        "0x40000, 0x00070005, 0x00010001, 1/01", // identifier beyond the number of queues
        "0x40000, 0x00070001, 0x00010001, 1/01", // in use
        "0x40000, 0x00070002, 0x00000001, 1/01", // completion queue 0
        "0x40000, 0x00070002, 0x00050001, 1/01", // completion queue beyond the number of queues
        "0x40000, 0x00070002, 0x00020001, 1/00", // completion queue that does not exist
        "0x40000, 0x00000002, 0x00010001, 1/02", // one entry
        "0x40000, 0x00400002, 0x00010001, 1/02", // more than MQES
        "0x40000, 0x00070002, 0x00010000, 0/02", // not contiguous
        "0x40010, 0x00070002, 0x00010001, 0/13", // offset
        "0x40000, 0x00070002, 0x00010001, 0/00",
    })
    void creationOfASubmissionQueueIsChecked(String prp1, String cdw10, String cdw11, String status) {
        host.createCompletionQueue(1, 0x3_0000, 8, 0);
        host.createSubmissionQueue(1, 0x3_8000, 8, 1);
        var entry = host.admin(
                0x01,
                e -> e.prp1(Long.decode(prp1)).cdw10(Integer.decode(cdw10)).cdw11(Integer.decode(cdw11)));
        assertThat(entry.status().toString()).startsWith(status + "h");
    }

    @Test
    void queuesNeedEntrySizes() {
        controller.writeRegister32(NvmRegisters.CC, 0);
        controller.writeRegister32(NvmRegisters.CC, 1);
        host.memory.zero(TestHost.ADMIN_COMPLETION, 4096);
        host.submissions.put(0, new TestHost.Submission(0, TestHost.ADMIN_SUBMISSION, 32));
        host.completions.put(0, new TestHost.Completion(0, TestHost.ADMIN_COMPLETION, 32));
        assertThat(host.createCompletionQueue(1, 0x3_0000, 8, 0).status().toString()).startsWith("1/02h");
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, 0, 1/01", "0x00, 2, 1/01", "0x00, 65535, 1/01", "0x04, 0, 1/01", "0x04, 2, 1/01", "0x04, 1, 1/0C",
        "0x00, 1, 0/00",
    })
    void deletionIsChecked(String opcode, int id, String status) {
        host.createQueuePair(1, 8);
        assertThat(host.admin(Integer.decode(opcode), e -> e.cdw10(id)).status().toString())
                .startsWith(status + "h");
    }

    @Test
    void aCompletionQueueCanBeDeletedAfterItsSubmissionQueues() {
        host.createQueuePair(1, 8);
        assertThat(host.admin(0x00, e -> e.cdw10(1)).status().isSuccess()).isTrue();
        assertThat(host.admin(0x04, e -> e.cdw10(1)).status().isSuccess()).isTrue();
        host.createQueuePair(1, 8);
        assertThat(host.execute(1, 1, 0x00, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
    }

    @Test
    void deletionAbortsWhatWasFetched() {
        host.createQueuePair(1, 8);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        assertThat(host.admin(0x00, e -> e.cdw10(1)).status().isSuccess()).isTrue();
        assertThat(host.poll(1)).hasSize(2).allMatch(e -> e.is(ABORTED_SQ_DELETION));
        assertThat(clock.runNext()).isFalse();
    }

    @Test
    void theNumberOfQueuesLimitsTheirIdentifiers() {
        var entry = host.admin(0x09, e -> e.cdw10(7).cdw11(0x0001_0002));
        assertThat(entry.dword0()).isEqualTo(0x0001_0002);
        assertThat(host.createCompletionQueue(3, 0x3_0000, 8, 0).status().toString()).startsWith("1/01h");
        assertThat(host.createCompletionQueue(2, 0x3_0000, 8, 0).status().isSuccess()).isTrue();
        assertThat(host.createSubmissionQueue(3, 0x4_0000, 8, 2).status().isSuccess()).isTrue();
        assertThat(host.admin(0x09, e -> e.cdw10(7).cdw11(0)).is(COMMAND_SEQUENCE_ERROR)).isTrue();
    }

    @Test
    void moreQueuesThanThereAreAreCutDown() {
        assertThat(host.admin(0x09, e -> e.cdw10(7).cdw11(0x00FF_00FF)).dword0()).isEqualTo(0x0003_0003);
        assertThat(host.admin(0x0A, e -> e.cdw10(7)).dword0()).isEqualTo(0x0003_0003);
        assertThat(host.admin(0x09, e -> e.cdw10(7).cdw11(0xFFFF)).status().toString()).startsWith("0/02h");
    }
}
