package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;
import java.util.SplittableRandom;

/// How often a load does what, as weights.
///
/// @param reads       weight of Read, 0 or more
/// @param writes      weight of Write, 0 or more
/// @param writeZeroes weight of Write Zeroes, 0 or more
/// @param flushes     weight of Flush, 0 or more
public record LoadMix(int reads, int writes, int writeZeroes, int flushes) {

    /// Mostly reads and writes, some of the rest.
    public static final LoadMix MIXED = new LoadMix(45, 45, 6, 4);
    /// Reads and writes in equal parts.
    public static final LoadMix READS_AND_WRITES = new LoadMix(50, 50, 0, 0);
    /// Writes only.
    public static final LoadMix WRITES = new LoadMix(0, 1, 0, 0);
    /// Reads only.
    public static final LoadMix READS = new LoadMix(1, 0, 0, 0);

    private static final int MAXIMUM_WEIGHT = 1 << 20;

    /// Checks the weights: each 0 to 1 048 576, one of them positive.
    ///
    /// @throws InvalidValueException when one is out of bounds or all are 0
    public LoadMix {
        requireWeight("reads", reads);
        requireWeight("writes", writes);
        requireWeight("writeZeroes", writeZeroes);
        requireWeight("flushes", flushes);
        if (reads + writes + writeZeroes + flushes == 0) {
            throw new InvalidValueException("sum of the weights", "0", "1 or more");
        }
    }

    /// {@return the same load without Write Zeroes, for a controller that does not support it}
    public LoadMix withoutWriteZeroes() {
        return new LoadMix(reads, writes + writeZeroes, 0, flushes);
    }

    /// {@return what to do next}
    IoKind pick(SplittableRandom random) {
        int at = random.nextInt(reads + writes + writeZeroes + flushes);
        if (at < reads) {
            return IoKind.READ;
        }
        if (at < reads + writes) {
            return IoKind.WRITE;
        }
        return at < reads + writes + writeZeroes ? IoKind.WRITE_ZEROES : IoKind.FLUSH;
    }

    private static void requireWeight(String name, int weight) {
        if (weight < 0 || weight > MAXIMUM_WEIGHT) {
            throw new InvalidValueException(name, Integer.toString(weight), "0 to " + MAXIMUM_WEIGHT);
        }
    }
}
