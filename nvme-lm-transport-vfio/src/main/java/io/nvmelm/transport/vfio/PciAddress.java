package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import java.util.Locale;
import java.util.regex.Pattern;

/// Address of a PCI function, written `0000:04:10.0`: domain, bus, device, function, hexadecimal.
///
/// @param domain   PCI domain (segment), 0 to FFFF FFFFh as an int
/// @param bus      0 to 255
/// @param device   0 to 31
/// @param function 0 to 7
public record PciAddress(int domain, int bus, int device, int function) implements DeviceAddress {
    private static final Pattern TEXT =
            Pattern.compile("(?:(\\p{XDigit}{4,8}):)?(\\p{XDigit}{2}):(\\p{XDigit}{2})\\.([0-7])");

    /// Checks every bound.
    public PciAddress {
        bounded("bus", bus, 255);
        bounded("device", device, 31);
        bounded("function", function, 7);
    }

    /// Reads an address.
    ///
    /// @param text for instance `0000:04:10.0`, or `04:10.0` in domain 0
    /// @return the address
    /// @throws InvalidValueException when the text is no such address
    public static PciAddress parse(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new InvalidValueException("PCI address", text, "domain:bus:device.function, as 0000:04:10.0");
        }
        int domain = parts.group(1) == null ? 0 : Integer.parseUnsignedInt(parts.group(1), 16);
        return new PciAddress(domain, Integer.parseInt(parts.group(2), 16), Integer.parseInt(parts.group(3), 16),
                Integer.parseInt(parts.group(4), 16));
    }

    private static void bounded(String field, int value, int largest) {
        if (value < 0 || value > largest) {
            throw new InvalidValueException(field, Integer.toString(value), "0 to " + largest);
        }
    }

    @Override
    public String kernelName() {
        return toString();
    }

    @Override
    public String sysfsPath() {
        return "/sys/bus/pci/devices/" + this;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%04x:%02x:%02x.%d", domain, bus, device, function);
    }
}
