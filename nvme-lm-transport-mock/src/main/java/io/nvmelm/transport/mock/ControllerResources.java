package io.nvmelm.transport.mock;

import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import java.util.Arrays;

/// Which queues and interrupt vectors the controllers of a subsystem have, and which secondary controllers are online
/// (Base 2.3 clause 8.2.6). Without Virtualization Management nothing of it ever changes: everybody has the same and is
/// online. Guarded by the lock of the world.
final class ControllerResources {
    /// Fewest VQ resources of a controller that is online: the admin queues and a pair of I/O queues.
    static final int FEWEST_QUEUES_ONLINE = 2;
    /// Fewest VI resources of a controller that is online.
    static final int FEWEST_INTERRUPTS_ONLINE = 1;

    private static final int QUEUES_AND_INTERRUPTS = 0b11;

    /// The flexible resources of one type. None of them is anybody's at first, which the standard leaves to the
    /// implementation.
    static final class Pool {
        final int total;
        final int secondaryMaximum;
        private final int primaryPrivate;
        private final int[] assigned;
        private int primary;
        private int nextPrimary;

        Pool(int total, int secondaryMaximum, int primaryPrivate, int secondaries) {
            this.total = total;
            this.secondaryMaximum = Math.min(total, secondaryMaximum);
            this.primaryPrivate = primaryPrivate;
            this.assigned = new int[secondaries];
        }

        int assigned(int place) {
            return assigned[place];
        }

        void assign(int place, int count) {
            assigned[place] = count;
        }

        /// {@return what all secondary controllers have together}
        int assigned() {
            return Arrays.stream(assigned).sum();
        }

        /// {@return what nobody has}
        int free() {
            return total - primary - assigned();
        }

        /// The primary controller will have so many after its next reset.
        void allocateToPrimary(int count) {
            nextPrimary = count;
        }

        private FlexibleResources describe() {
            return new FlexibleResources(total, assigned(), primary, primaryPrivate, secondaryMaximum, 1);
        }
    }

    private final SubsystemConfiguration configuration;
    private final boolean flexible;
    private final boolean[] online;
    private final Pool queues;
    private final Pool interrupts;

    ControllerResources(SubsystemConfiguration configuration) {
        int secondaries = configuration.migratableCount();
        int privateQueues = configuration.maximumQueuePairs() + 1;
        this.configuration = configuration;
        this.flexible = configuration.virtualizationManagement();
        this.online = new boolean[secondaries];
        this.queues = new Pool(configuration.flexibleQueues(), privateQueues, privateQueues, secondaries);
        this.interrupts = new Pool(
                configuration.flexibleInterrupts(), configuration.vectors(), configuration.vectors(), secondaries);
        Arrays.fill(online, !flexible);
    }

    Pool pool(ControllerResourceType type) {
        return switch (type) {
            case QUEUE -> queues;
            case INTERRUPT -> interrupts;
        };
    }

    boolean isOnline(int place) {
        return online[place];
    }

    /// {@return whether a secondary controller has what it needs to be online}
    boolean isSufficient(int place) {
        return queues.assigned(place) >= FEWEST_QUEUES_ONLINE
                && interrupts.assigned(place) >= FEWEST_INTERRUPTS_ONLINE;
    }

    void bringOnline(int place) {
        online[place] = true;
    }

    /// Takes a secondary controller offline, without any resources from now on. Its reset is the caller's.
    void takeOffline(int place) {
        online[place] = false;
        queues.assign(place, 0);
        interrupts.assign(place, 0);
    }

    /// The primary controller was reset by more than CC.EN: it has what was allocated to it.
    void allocatePrimary() {
        queues.primary = queues.nextPrimary;
        interrupts.primary = interrupts.nextPrimary;
    }

    /// {@return VQ resources of a secondary controller (NVQ)}
    int queueResources(int place) {
        return flexible ? queues.assigned(place) : Math.min(configuration.maximumQueuePairs() + 1, 0xFFFF);
    }

    /// {@return VI resources of a secondary controller (NVI), which are its interrupt vectors}
    int interruptResources(int place) {
        return flexible ? interrupts.assigned(place) : configuration.vectors();
    }

    /// {@return pairs of I/O queues that a secondary controller can have}
    int queuePairs(int place) {
        return flexible ? Math.max(0, queues.assigned(place) - 1) : configuration.maximumQueuePairs();
    }

    /// {@return pairs of I/O queues that the primary controller can have}
    int primaryQueuePairs() {
        return configuration.maximumQueuePairs() + queues.primary;
    }

    /// {@return interrupt vectors of the primary controller}
    int primaryVectors() {
        return Math.min(configuration.vectors() + interrupts.primary, SubsystemConfiguration.MSI_X_VECTORS);
    }

    /// {@return what Identify says of all this}
    PrimaryControllerCapabilities capabilities() {
        return new PrimaryControllerCapabilities(
                configuration.controllingId(), 0, QUEUES_AND_INTERRUPTS, queues.describe(), interrupts.describe());
    }
}
