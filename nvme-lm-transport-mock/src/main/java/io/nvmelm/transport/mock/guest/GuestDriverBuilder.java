package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;

/// Choices for a [GuestDriver]; [#start(InMemoryController)] makes it. Every setter checks its bound at once and throws
/// [InvalidValueException]. Not thread-safe.
public final class GuestDriverBuilder {

    private static final int MAXIMUM_ENTRIES = 65_536;
    private static final int MAXIMUM_QUEUES = 65_535;
    private static final int DEFAULT_COMMANDS_IN_FLIGHT = 32;

    final VirtualClock clock;
    final GuestMemory memory;
    int submissionQueueCount = 1;
    int submissionQueuesPerCompletionQueue = 1;
    int submissionQueueEntries = 64;
    int interruptVectors;
    int eventRequests = 1;
    int maximumTransferBytes = 16 * 1024;
    int blockCount = 8192;
    int pieces = 1;
    long firstBlock;
    long namespaceId = 1;
    long memoryStart = GuestAllocator.PAGE_BYTES;
    long memoryEnd;
    long seed = 1;
    boolean interruptDriven;
    boolean blankMedium = true;
    LoadMix mix = LoadMix.MIXED;
    Duration patience = Duration.ofSeconds(30);
    private int completionQueueEntries;
    private int commandsInFlight;
    private long driverId;

    GuestDriverBuilder(VirtualClock clock, GuestMemory memory) {
        this.clock = clock;
        this.memory = memory;
        this.memoryEnd = memory.byteSize();
    }

    /// Number of I/O submission queues; without [#submissionQueuesPerCompletionQueue(int)] also of completion queues.
    /// Default 1.
    ///
    /// @param count 1 to 65 535
    /// @return this
    public GuestDriverBuilder queuePairs(int count) {
        submissionQueueCount = checked("queuePairs", count, 1, MAXIMUM_QUEUES);
        return this;
    }

    /// Entries of each submission and completion queue. Default 64.
    ///
    /// @param entries 2 to 65 536
    /// @return this
    public GuestDriverBuilder queueEntries(int entries) {
        submissionQueueEntries = checked("queueEntries", entries, 2, MAXIMUM_ENTRIES);
        return this;
    }

    /// Entries of each completion queue, where they are not to be those of the submission queues.
    ///
    /// @param entries 2 to 65 536
    /// @return this
    public GuestDriverBuilder completionQueueEntries(int entries) {
        completionQueueEntries = checked("completionQueueEntries", entries, 2, MAXIMUM_ENTRIES);
        return this;
    }

    /// Submission queues that share a completion queue. Default 1.
    ///
    /// @param count 1 to 65 535
    /// @return this
    public GuestDriverBuilder submissionQueuesPerCompletionQueue(int count) {
        submissionQueuesPerCompletionQueue = checked("submissionQueuesPerCompletionQueue", count, 1, MAXIMUM_QUEUES);
        return this;
    }

    /// Most commands of one submission queue that are submitted and not completed; each has data memory of its own. May
    /// be more than the queue holds. Default is a full submission queue, but not more than 32.
    ///
    /// @param count 1 to 65 535
    /// @return this
    public GuestDriverBuilder commandsInFlight(int count) {
        commandsInFlight = checked("commandsInFlight", count, 1, MAXIMUM_QUEUES);
        return this;
    }

    /// Interrupt vectors, of which the admin queue has 0 and completion queue n has n modulo this. Default is one each.
    ///
    /// @param count 1 to 65 536
    /// @return this
    public GuestDriverBuilder interruptVectors(int count) {
        interruptVectors = checked("interruptVectors", count, 1, MAXIMUM_ENTRIES);
        return this;
    }

    /// Looks at a completion queue only after its vector fired, so that a missing interrupt makes commands appear lost.
    /// By default every poll looks at every queue.
    ///
    /// @return this
    public GuestDriverBuilder interruptDriven() {
        interruptDriven = true;
        return this;
    }

    /// Asynchronous Event Requests kept outstanding. Default 1.
    ///
    /// @param count 0 to 16; the controller's limit (AERL) applies on top
    /// @return this
    public GuestDriverBuilder asynchronousEventRequests(int count) {
        eventRequests = checked("asynchronousEventRequests", count, 0, AdminQueue.maximumEventRequests());
        return this;
    }

    /// Largest transfer of one command; the controller's limit (MDTS) applies on top. Default 16 KiB.
    ///
    /// @param bytes 512 to 2 MiB; less than a block makes one block
    /// @return this
    public GuestDriverBuilder maximumTransferBytes(int bytes) {
        maximumTransferBytes = checked("maximumTransferBytes", bytes, 512, 2 << 20);
        return this;
    }

    /// Namespace to work on. Default 1.
    ///
    /// @param id NSID, 1 to FFFFFFFEh
    /// @return this
    public GuestDriverBuilder namespaceId(long id) {
        if (id < 1 || id > 0xFFFF_FFFEL) {
            throw new InvalidValueException("namespaceId", Long.toString(id), "1 to 4294967294");
        }
        namespaceId = id;
        return this;
    }

    /// Blocks to work on, cut at the end of the namespace. Nobody else may write them. Default 8192 from block 0 on.
    ///
    /// @param first first block, 0 or more
    /// @param count number of blocks, 1 or more
    /// @return this
    public GuestDriverBuilder blocks(long first, int count) {
        if (first < 0) {
            throw new InvalidValueException("first", Long.toString(first), "0 or more");
        }
        firstBlock = first;
        blockCount = checked("count", count, 1, Integer.MAX_VALUE);
        return this;
    }

    /// Spreads the [blocks][#blocks(long, int)] evenly over the namespace from the first one on, in pieces of equal size. Memory of
    /// the driver and of a sparse medium is that of the blocks, however large the namespace. Default is one piece.
    ///
    /// @param count number of pieces, 1 or more; not more than there are blocks
    /// @return this
    public GuestDriverBuilder scattered(int count) {
        pieces = checked("pieces", count, 1, Integer.MAX_VALUE);
        return this;
    }

    /// The blocks hold something; what was not written is not checked. By default they must read as zeroes.
    ///
    /// @return this
    public GuestDriverBuilder usedMedium() {
        blankMedium = false;
        return this;
    }

    /// What the load does. Default is [LoadMix#MIXED].
    ///
    /// @param loadMix the weights
    /// @return this
    public GuestDriverBuilder mix(LoadMix loadMix) {
        mix = loadMix;
        return this;
    }

    /// Seed of everything random. Default 1.
    ///
    /// @param value any value
    /// @return this
    public GuestDriverBuilder seed(long value) {
        seed = value;
        return this;
    }

    /// Identity in the stamps of written blocks. Default is the seed.
    ///
    /// @param value any value but 0
    /// @return this
    public GuestDriverBuilder driverId(long value) {
        driverId = value;
        return this;
    }

    /// Guest memory for queues and data. Default is everything but page 0.
    ///
    /// @param start first address
    /// @param end   address behind the last
    /// @return this
    public GuestDriverBuilder memoryRange(long start, long end) {
        if (start < 0 || end <= start || end > memory.byteSize()) {
            throw new InvalidValueException("memoryRange", start + " to " + end, "within 0 to " + memory.byteSize());
        }
        memoryStart = start;
        memoryEnd = end;
        return this;
    }

    /// Virtual time without any progress after which commands count as lost, and in which an admin command must
    /// complete. Default 30 s.
    ///
    /// @param time a positive time
    /// @return this
    public GuestDriverBuilder patience(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new InvalidValueException("patience", time.toString(), "a positive time");
        }
        patience = time;
        return this;
    }

    /// {@return bytes of guest memory that these choices need, with blocks of up to `maximumTransferBytes`}
    public long requiredMemoryBytes() {
        return AdminQueue.footprint() + IoQueues.footprint(this)
                + (long) submissionQueueCount * commandsInFlight() * TransferBuffer.footprint(maximumTransferBytes)
                + GuestAllocator.PAGE_BYTES;
    }

    /// Brings a controller up and creates the queues. Moves the clock.
    ///
    /// @param controller the controller, in any state
    /// @return a driver without commands in flight
    /// @throws InvalidValueException                  when the memory is too small or the controller cannot do what was
    ///                                                chosen
    /// @throws io.nvmelm.CommandTimeoutException      when the controller does not answer in time
    /// @throws io.nvmelm.CommandFailedException       when it refuses an admin command
    /// @throws io.nvmelm.TransportException           when it reports a fatal status
    public GuestDriver start(InMemoryController controller) {
        long available = memoryEnd - memoryStart;
        if (requiredMemoryBytes() > available) {
            throw new InvalidValueException(
                    "bytes of guest memory", Long.toString(available), requiredMemoryBytes() + " or more");
        }
        return new GuestDriver(this, controller);
    }

    /// {@return what is known of the blocks to work on}
    ///
    /// @param namespace where they are
    BlockLedger ledger(NamespaceGeometry namespace) {
        if (firstBlock >= namespace.blockCount()) {
            throw new InvalidValueException(
                    "first", Long.toString(firstBlock), "0 to " + (namespace.blockCount() - 1));
        }
        int count = (int) Math.min(blockCount, namespace.blockCount() - firstBlock);
        if (pieces > count) {
            throw new InvalidValueException("pieces", Integer.toString(pieces), "1 to " + count);
        }
        return new BlockLedger(
                firstBlock, pieces, count / pieces,
                pieces == 1 ? count : (namespace.blockCount() - firstBlock) / pieces,
                blankMedium ? BlockLedger.ZEROES : BlockLedger.UNKNOWN);
    }

    int completionQueueCount() {
        return (submissionQueueCount + submissionQueuesPerCompletionQueue - 1) / submissionQueuesPerCompletionQueue;
    }

    int completionQueueEntries() {
        return completionQueueEntries == 0 ? submissionQueueEntries : completionQueueEntries;
    }

    int commandsInFlight() {
        return commandsInFlight == 0
                ? Math.min(submissionQueueEntries - 1, DEFAULT_COMMANDS_IN_FLIGHT)
                : commandsInFlight;
    }

    int interruptVectors() {
        return interruptVectors == 0 ? completionQueueCount() + 1 : interruptVectors;
    }

    long driverId() {
        return driverId == 0 ? seed : driverId;
    }

    private static int checked(String name, int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new InvalidValueException(name, Integer.toString(value), minimum + " to " + maximum);
        }
        return value;
    }
}
