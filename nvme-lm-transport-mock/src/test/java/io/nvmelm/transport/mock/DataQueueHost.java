package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A subsystem whose controllers 1 to 3 run, and a host of its controlling controller that has data queues and reads
/// their entries by numbers.
final class DataQueueHost {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    final VirtualClock clock = new VirtualClock();
    final InMemorySubsystem subsystem;
    final InMemoryController controller;
    final ManagementHost management;
    final AdminTransport transport;
    final TestHost guest;

    DataQueueHost(DeviceVariant... variants) {
        this(builder -> builder.variants(variants));
    }

    DataQueueHost(Consumer<InMemorySubsystemBuilder> options) {
        var builder = InMemorySubsystem.builder(clock)
                .migratableControllers(3)
                .namespace(new NamespaceMedium(1 << 20, 512))
                .namespace(new NamespaceMedium(64, 4096));
        options.accept(builder);
        this.subsystem = builder.build();
        this.controller = subsystem.controller(1);
        this.management = new ManagementHost(subsystem);
        this.transport = management.transport;
        this.guest = new TestHost(controller).bringUp().createQueuePair(1, 32);
    }

    /// The host's side of a queue: new entries by phase, and where it reads next.
    final class Ring {
        final TransferMemory memory;
        final int slots;
        final int id;
        int head;
        int phase = 1;

        Ring(TransferMemory memory, int slots, int id) {
            this.memory = memory;
            this.slots = slots;
            this.id = id;
        }

        /// {@return new entries as `attributes nsid first count`, attributes without the phase; nothing is given back}
        List<String> read() {
            var found = new ArrayList<String>();
            while ((attributes(head) & 1) == phase) {
                long at = head * 32L;
                var segment = memory.segment();
                found.add(String.format(
                        "%02X %d %d %d",
                        attributes(head) & ~1,
                        segment.get(INT, at),
                        segment.get(LONG, at + 8),
                        Integer.toUnsignedLong(segment.get(INT, at + 4))));
                for (long i = 16; i < 31; i++) {
                    assertThat(segment.get(ValueLayout.JAVA_BYTE, at + i)).isZero();
                }
                head++;
                if (head == slots) {
                    head = 0;
                    phase ^= 1;
                }
            }
            return found;
        }

        /// {@return the same, and gives the slots back}
        List<String> take() {
            var found = read();
            assertThat(setHead(head).isSuccess()).isTrue();
            return found;
        }

        int attributes(int slot) {
            return memory.segment().get(ValueLayout.JAVA_BYTE, slot * 32L + 31) & 0xFF;
        }

        Completion setHead(int slot) {
            return send(0x09, 0x21, id, slot, 0);
        }

        Completion arm(int slot, int trigger) {
            return send(0x09, 0x21, 0x8000_0000 | id, slot, trigger);
        }

        Completion start() {
            return send(0x3D, 0x1_0000, id, 0, 0);
        }

        Completion stop() {
            return send(0x3D, 0, id, 0, 0);
        }

        Completion delete() {
            return send(0x45, 1, id, 0, 0);
        }

        Ring started() {
            assertThat(start().isSuccess()).isTrue();
            return this;
        }
    }

    Completion send(int opcode, int cdw10, int cdw11, int cdw12, int cdw13) {
        return management.start(ManagementHost.entry(opcode, cdw10, cdw11, cdw12, cdw13, 0)).join();
    }

    Completion create(TransferMemory memory, int controllerId, int dwords) {
        return create(memory, 0, controllerId << 16 | 1, dwords);
    }

    Completion create(TransferMemory memory, int cdw10, int cdw11, int dwords) {
        return transport
                .submit(ManagementHost.entry(0x45, cdw10, cdw11, dwords, 0, 0), memory, 0, ManagementHost.TIMEOUT)
                .join();
    }

    Ring ring(int slots) {
        return ring(1, slots);
    }

    Ring ring(int controllerId, int slots) {
        var memory = transport.allocateRing(slots * 32L);
        var created = create(memory, controllerId, slots * 8);
        assertThat(created.isSuccess()).as(created.toString()).isTrue();
        return new Ring(memory, slots, created.dword0());
    }

    /// The guest writes blocks of namespace 1.
    void write(long block, int blocks) {
        io(0x01, block, blocks);
    }

    void io(int opcode, long block, int blocks) {
        assertThat(guest.execute(1, 1, opcode, TestHost.io(block, blocks, TestHost.DATA, 0)).status().isSuccess())
                .isTrue();
    }

    static MemorySegment bytes(int size) {
        return MemorySegment.ofArray(new byte[size]);
    }
}
