package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.vfio.linux.HostFiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The files of the fake host: those that the kernel makes for its devices, with links as in sysfs, and those that a
/// test put.
final class FakeSysfs implements HostFiles {
    private static final int MOST_LINKS = 40;
    private static final String PCI_ROOT = "/sys/devices/pci0000:00/";
    private static final String MEDIATED_ROOT = "/sys/devices/virtual/mtty/mtty/";

    private final FakeHost host;
    private final Map<String, String> putFiles = new TreeMap<>();
    private final Map<String, String> putLinks = new TreeMap<>();

    FakeSysfs(FakeHost host) {
        this.host = host;
    }

    synchronized void putFile(String path, String text) {
        putFiles.put(path, text);
    }

    synchronized void putLink(String path, String target) {
        putLinks.put(path, target);
    }

    /// Files and links of this moment; folders are what lies on the way to them.
    private record Tree(TreeMap<String, String> files, TreeMap<String, String> links) {

        boolean isFolder(String path) {
            return path.equals("/") || below(files, path) || below(links, path);
        }

        private static boolean below(TreeMap<String, String> map, String path) {
            var next = map.ceilingKey(path + "/");
            return next != null && next.startsWith(path + "/");
        }

        /// {@return the path with all links on the way resolved, the last component as well if asked; null for a loop}
        String resolve(String path, boolean lastToo) {
            String done = "";
            String left = path;
            for (int followed = 0; followed < MOST_LINKS;) {
                if (left.isEmpty()) {
                    return done;
                }
                int slash = left.indexOf('/', 1);
                String name = slash < 0 ? left : left.substring(0, slash);
                left = slash < 0 ? "" : left.substring(slash);
                if (name.equals("/..")) {
                    done = done.substring(0, Math.max(0, done.lastIndexOf('/')));
                } else if (name.equals("/.") || name.equals("/")) {
                    continue;
                } else {
                    String target = links.get(done + name);
                    if (target == null || left.isEmpty() && !lastToo) {
                        done += name;
                    } else {
                        followed++;
                        left = (target.startsWith("/") ? "" : "/") + target + left;
                        done = target.startsWith("/") ? "" : done;
                    }
                }
            }
            return null;
        }
    }

    private Tree tree() {
        var tree = new Tree(new TreeMap<>(), new TreeMap<>());
        for (var device : host.devices()) {
            add(tree, device);
        }
        host.nodePaths().forEach(path -> tree.files().put(path, ""));
        synchronized (this) {
            tree.files().putAll(putFiles);
            tree.links().putAll(putLinks);
        }
        return tree;
    }

    private void add(Tree tree, FakePciDevice device) {
        String bus = device.mediated() ? "mdev" : "pci";
        String up = device.mediated() ? "../../../../../" : "../../../";
        String folder = (device.mediated() ? MEDIATED_ROOT : PCI_ROOT) + device.name() + "/";
        String fromBus = "../../../" + folder.substring("/sys/".length(), folder.length() - 1);
        var function = device.function();
        tree.links().put("/sys/bus/" + bus + "/devices/" + device.name(), fromBus);
        tree.files().put(folder + "uevent", "");
        if (!device.mediated()) {
            tree.files().put(folder + "vendor", hex(function.vendorId(), 4));
            tree.files().put(folder + "device", hex(function.deviceId(), 4));
            tree.files().put(folder + "class", hex(function.classCode(), 6));
            addVirtualFunctions(tree, device, folder);
        }
        device.attributes().forEach((file, text) -> tree.files().put(folder + file, text));
        if (device.driver() != null) {
            tree.links().put(folder + "driver", up + "bus/" + bus + "/drivers/" + device.driver());
            tree.files().put("/sys/bus/" + bus + "/drivers/" + device.driver() + "/uevent", "");
        }
        if (device.group() >= 0) {
            String group = "kernel/iommu_groups/" + device.group();
            tree.links().put(folder + "iommu_group", up + group);
            tree.links().put(
                    "/sys/" + group + "/devices/" + device.name(),
                    "../../../../" + folder.substring("/sys/".length(), folder.length() - 1));
            if (device.withoutIommu()) {
                tree.files().put("/sys/" + group + "/name", "vfio-noiommu");
            }
        }
        if (device.boundToVfio() && device.cdevPresent() && host.iommufd()) {
            tree.files().put(folder + "vfio-dev/vfio" + device.vfioNumber() + "/dev", "511:" + device.vfioNumber());
        }
        if (device.nvmeNumber() >= 0) {
            tree.files().put(folder + "nvme/nvme" + device.nvmeNumber() + "/state", "live");
        }
    }

    private static void addVirtualFunctions(Tree tree, FakePciDevice device, String folder) {
        if (device.sriovCapable()) {
            var functions = device.virtualFunctions();
            long count = functions.stream().filter(function -> function != null).count();
            tree.files().put(folder + "sriov_numvfs", Long.toString(count));
            tree.files().put(folder + "sriov_totalvfs", Integer.toString(Math.max(functions.size(), 8)));
            for (int i = 0; i < functions.size(); i++) {
                if (functions.get(i) != null) {
                    tree.links().put(folder + "virtfn" + i, "../" + functions.get(i).name());
                }
            }
        }
        if (device.physicalFunction() != null) {
            tree.links().put(folder + "physfn", "../" + device.physicalFunction().name());
        }
    }

    private static String hex(int value, int digits) {
        return String.format("0x%0" + digits + "x", value);
    }

    @Override
    public boolean exists(String path) {
        var tree = tree();
        String found = tree.resolve(path, false);
        return found != null
                && (tree.files().containsKey(found) || tree.links().containsKey(found) || tree.isFolder(found));
    }

    @Override
    public Optional<String> linkTarget(String path) {
        var tree = tree();
        String found = tree.resolve(path, false);
        return Optional.ofNullable(found == null ? null : tree.links().get(found));
    }

    @Override
    public List<String> names(String path) {
        var tree = tree();
        String found = tree.resolve(path, true);
        if (found == null) {
            return List.of();
        }
        var names = new TreeSet<String>();
        String prefix = found + "/";
        for (var map : List.of(tree.files(), tree.links())) {
            for (String each : map.tailMap(prefix).keySet()) {
                if (!each.startsWith(prefix)) {
                    break;
                }
                String rest = each.substring(prefix.length());
                int slash = rest.indexOf('/');
                names.add(slash < 0 ? rest : rest.substring(0, slash));
            }
        }
        return List.copyOf(names);
    }

    @Override
    public Optional<String> text(String path) {
        var tree = tree();
        String found = tree.resolve(path, true);
        return Optional.ofNullable(found == null ? null : tree.files().get(found));
    }
}
