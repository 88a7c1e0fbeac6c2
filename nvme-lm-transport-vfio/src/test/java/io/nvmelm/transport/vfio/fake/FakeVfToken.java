package io.nvmelm.transport.vfio.fake;

import java.util.UUID;

/// The secret that users of a physical function and of its virtual functions share, as vfio-pci checks it.
final class FakeVfToken {
    private static final String WORD = "vf_token=";
    private static final int UUID_CHARACTERS = 36;

    private FakeVfToken() {}

    /// {@return the token in the text after a device's name; null for none}
    static UUID parse(String text) {
        UUID token = null;
        for (String word : text.split(" ", -1)) {
            if (word.isEmpty()) {
                continue;
            }
            FakeRefusal.when(
                    token != null || !word.startsWith(WORD) || word.length() != WORD.length() + UUID_CHARACTERS,
                    FakeErrno.EINVAL);
            try {
                token = UUID.fromString(word.substring(WORD.length()));
            } catch (IllegalArgumentException malformed) {
                throw new FakeRefusal(FakeErrno.EINVAL);
            }
        }
        return token;
    }

    /// Lets a device be opened, or not.
    static void check(FakePciDevice device, UUID given) {
        var physical = device.physicalFunction();
        if (physical != null) {
            if (!physical.boundToVfio()) {
                FakeRefusal.when(given != null, FakeErrno.EINVAL);
                return;
            }
            FakeRefusal.when(!physical.token().equals(given), FakeErrno.EACCES);
        } else if (device.sriovCapable()) {
            if (device.virtualFunctionInUse()) {
                FakeRefusal.when(!device.token().equals(given), FakeErrno.EACCES);
            } else if (given != null) {
                device.token(given);
            }
        } else {
            FakeRefusal.when(given != null, FakeErrno.EINVAL);
        }
    }
}
