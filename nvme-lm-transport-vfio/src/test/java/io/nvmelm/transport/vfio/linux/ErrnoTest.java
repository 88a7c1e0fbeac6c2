package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.FailureCategory;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Error numbers, what is made of them, and deadlines.
class ErrnoTest {

    static Stream<Field> numbers() {
        return Arrays.stream(Errno.class.getFields());
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void everyNumberHasItsNameAndMeaning(Field number) throws IllegalAccessException {
        assertThat(Errno.text(number.getInt(null))).startsWith(number.getName() + ", ");
    }

    @Test
    void noNumberIsThereTwice() {
        assertThat(numbers().map(ErrnoTest::value)).doesNotHaveDuplicates().hasSizeGreaterThan(25);
    }

    private static int value(Field number) {
        try {
            return number.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anUnknownNumberIsShownAsOne() {
        assertThat(Errno.text(4000)).isEqualTo("errno 4000");
    }

    @ParameterizedTest
    @CsvSource({
        "11, RETRY", "4, RETRY", "16, RETRY", "19, FATAL", "6, FATAL", "9, FATAL", "22, ABORT_MIGRATION",
        "13, ABORT_MIGRATION",
    })
    void theCategoryFollowsTheNumber(int errno, FailureCategory category) {
        var failure = KernelError.of("opening /dev/vfio/12", errno, "Do this");
        assertThat(failure.category()).isEqualTo(category);
        assertThat(failure.errno()).hasValue(errno);
        assertThat(failure).hasMessage("opening /dev/vfio/12 failed: " + Errno.text(errno) + ". Do this");
    }

    @Test
    void aDeadlineIsNeverPastAndNeverOverflows() {
        var clock = HostClock.system();
        for (var time : new Duration[] {Duration.ofSeconds(Long.MIN_VALUE), Duration.ofDays(-1), Duration.ZERO}) {
            assertThat(clock.deadlineAfter(time) - clock.nanoTime()).isLessThanOrEqualTo(0);
        }
        assertThat(clock.deadlineAfter(Duration.ofDays(1)) - clock.nanoTime()).isPositive();
        assertThat(clock.deadlineAfter(Duration.ofSeconds(Long.MAX_VALUE)) - clock.nanoTime())
                .isGreaterThan(Duration.ofDays(36_000).toNanos());
    }
}
