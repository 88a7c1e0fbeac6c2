package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;
import java.util.SplittableRandom;

/// How often a load does what, as weights.
///
/// @param reads       weight of Read, 0 or more
/// @param writes      weight of Write, 0 or more
/// @param writeZeroes weight of Write Zeroes, 0 or more
/// @param flushes     weight of Flush, 0 or more
/// @param deallocates weight of Dataset Management that deallocates one to four ranges, 0 or more; when there are any, some of the
///                    Write Zeroes deallocate too
public record LoadMix(int reads, int writes, int writeZeroes, int flushes, int deallocates) {

    /// Mostly reads and writes, some of the rest.
    public static final LoadMix MIXED = new LoadMix(45, 45, 6, 4);
    /// Everything that changes blocks, and some reads.
    public static final LoadMix CHANGES = new LoadMix(15, 50, 15, 0, 20);
    /// Reads and writes in equal parts.
    public static final LoadMix READS_AND_WRITES = new LoadMix(50, 50, 0, 0);
    /// Writes only.
    public static final LoadMix WRITES = new LoadMix(0, 1, 0, 0);
    /// Reads only.
    public static final LoadMix READS = new LoadMix(1, 0, 0, 0);

    private static final int MAXIMUM_WEIGHT = 1 << 20;
    private static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
    private static final int ONCS_WRITE_ZEROES = 1 << 3;

    /// Checks the weights: each 0 to 1 048 576, one of them positive.
    ///
    /// @throws InvalidValueException when one is out of bounds or all are 0
    public LoadMix {
        requireWeight("reads", reads);
        requireWeight("writes", writes);
        requireWeight("writeZeroes", writeZeroes);
        requireWeight("flushes", flushes);
        requireWeight("deallocates", deallocates);
        if (reads + writes + writeZeroes + flushes + deallocates == 0) {
            throw new InvalidValueException("sum of the weights", "0", "1 or more");
        }
    }

    /// A load that deallocates nothing.
    ///
    /// @param reads       weight of Read, 0 or more
    /// @param writes      weight of Write, 0 or more
    /// @param writeZeroes weight of Write Zeroes, 0 or more
    /// @param flushes     weight of Flush, 0 or more
    /// @throws InvalidValueException when one is out of bounds or all are 0
    public LoadMix(int reads, int writes, int writeZeroes, int flushes) {
        this(reads, writes, writeZeroes, flushes, 0);
    }

    /// {@return the same load without Write Zeroes, for a controller that does not support it}
    public LoadMix withoutWriteZeroes() {
        return new LoadMix(reads, writes + writeZeroes, 0, flushes, deallocates);
    }

    /// {@return the same load without deallocating, for a controller that does not support it: its share is set to zero}
    public LoadMix withoutDeallocates() {
        return new LoadMix(reads, writes, writeZeroes + deallocates, flushes, 0);
    }

    /// {@return this load as far as a controller supports it}
    ///
    /// @param optionalCommands Optional NVM Command Support (ONCS) of Identify Controller
    LoadMix supportedBy(int optionalCommands) {
        var mix = (optionalCommands & ONCS_DATASET_MANAGEMENT) == 0 && deallocates > 0 ? withoutDeallocates() : this;
        return (optionalCommands & ONCS_WRITE_ZEROES) == 0 ? mix.withoutWriteZeroes() : mix;
    }

    /// {@return what to do next}
    IoKind pick(SplittableRandom random) {
        int at = random.nextInt(reads + writes + writeZeroes + flushes + deallocates);
        if (at < reads) {
            return IoKind.READ;
        }
        if (at < reads + writes) {
            return IoKind.WRITE;
        }
        if (at < reads + writes + writeZeroes) {
            return IoKind.WRITE_ZEROES;
        }
        return at < reads + writes + writeZeroes + flushes ? IoKind.FLUSH : IoKind.DEALLOCATE;
    }

    private static void requireWeight(String name, int weight) {
        if (weight < 0 || weight > MAXIMUM_WEIGHT) {
            throw new InvalidValueException(name, Integer.toString(weight), "0 to " + MAXIMUM_WEIGHT);
        }
    }
}
