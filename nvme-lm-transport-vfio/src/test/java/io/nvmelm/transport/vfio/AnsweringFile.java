package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeFile;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ToIntFunction;

/// A file whose ioctls a test answers, as a kernel of another version, or a broken one, might.
record AnsweringFile(ToIntFunction<MemorySegment> answer) implements FakeFile {

    @Override
    public String kind() {
        return "answering";
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        return answer.applyAsInt(argument);
    }

    /// A file that answers as information is answered: as much as fits, and how much there would be.
    static AnsweringFile of(ByteBuffer whole) {
        return new AnsweringFile(argument -> {
            int given = argument.get(ValueLayout.JAVA_INT, 0);
            if (given > argument.byteSize()) {
                return -FakeErrno.EFAULT;
            }
            var bytes = MemorySegment.ofBuffer(whole);
            MemorySegment.copy(bytes, 0, argument, 0, Math.min(given, bytes.byteSize()));
            return 0;
        });
    }

    /// {@return an answer of some bytes, whose first field says how many they are}
    static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN).putInt(0, count);
    }

    OpenFile open(FakeHost fake) {
        String path = "/dev/answering" + fake.openDescriptors().size();
        fake.addNode(path, () -> this);
        LinuxHost host = fake.host();
        int fd = host.calls().open(path, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
        return new OpenFile(host.calls(), fd, path);
    }
}
