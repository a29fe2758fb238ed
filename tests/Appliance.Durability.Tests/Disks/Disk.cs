using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Disks;

/// <summary>
/// A disk with a write cache, as POSIX lets it be: what a sync that ended well has covered is there after a loss of
/// power, and of the rest anything. A sync of a file covers its bytes and its size. A sync of a folder covers the names
/// in it, and nothing else does.
/// </summary>
/// <param name="ignores">Syncs of which the disk says that they were done when they were not; by path.</param>
internal sealed class Disk(Func<Operation, string, bool>? ignores = null)
{
    private readonly Dictionary<int, DiskFile> _files = [];
    private readonly Dictionary<int, string> _folders = [];
    private readonly Dictionary<int, string> _paths = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<Change> _renamings = [];
    private readonly Dictionary<long, int> _syncs = [];
    private int _order;

    public void Apply(Operation operation)
    {
        var order = _order++;
        switch (operation.Kind)
        {
            case OperationKind.MakeFolder:
                _folders.Add(operation.Node, operation.Text);
                Name(order, operation);
                break;
            case OperationKind.Create:
                _files.Add(operation.Node, new DiskFile());
                Name(order, operation);
                break;
            case OperationKind.Unlink or OperationKind.Rename:
                _renamings.Add(new Change(order, operation));
                break;
            case OperationKind.Write or OperationKind.Resize:
                _files[operation.Node].Add(new Change(order, operation));
                break;
            case OperationKind.SyncBegin:
                _syncs.Add(operation.Number, order);
                break;
            case OperationKind.SyncEnd:
                Sync(operation, _syncs[operation.Number]);
                break;
        }
    }

    /// <summary>The files that may be found when the power comes back now, by path.</summary>
    /// <param name="loss">What becomes of bytes that were not synced.</param>
    /// <param name="namesKept">What part of the names that were not synced is there, from 0 to 1.</param>
    /// <param name="random">Decides.</param>
    public IReadOnlyDictionary<string, byte[]> AfterPowerLoss(Loss loss, double namesKept, Random random)
    {
        var names = new Dictionary<string, int>(_names, StringComparer.Ordinal);
        foreach (var renaming in _renamings.Where(_ => random.NextDouble() < namesKept))
        {
            Rename(names, renaming.Operation);
        }

        return names.Where(name => _files.ContainsKey(name.Value) && HasItsFolders(names, name.Key))
            .ToDictionary(
                name => name.Key,
                name => _files[name.Value].AfterPowerLoss(loss, random),
                StringComparer.Ordinal);
    }

    private static string FolderOf(Operation renaming)
    {
        var path = renaming.Text.Split('\0')[^1];
        return Path.GetDirectoryName(path) ?? "";
    }

    private static bool HasItsFolders(Dictionary<string, int> names, string path)
    {
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder);
            folder = Path.GetDirectoryName(folder))
        {
            if (!names.ContainsKey(folder))
            {
                return false;
            }
        }

        return true;
    }

    private static void Rename(Dictionary<string, int> names, Operation renaming)
    {
        var paths = renaming.Text.Split('\0');
        if (renaming.Kind is OperationKind.Unlink or OperationKind.Rename)
        {
            names.Remove(paths[0]);
        }

        if (renaming.Kind != OperationKind.Unlink)
        {
            names[paths[^1]] = renaming.Node;
        }
    }

    private void Name(int order, Operation operation)
    {
        _paths[operation.Node] = operation.Text;
        if (operation.Data.Length > 0)
        {
            _renamings.Add(new Change(order, operation));
        }
    }

    private void Sync(Operation operation, int begun)
    {
        if (ignores is not null && ignores(operation, _paths[operation.Node]))
        {
            return;
        }

        if (!_folders.TryGetValue(operation.Node, out var folder))
        {
            _files[operation.Node].Sync(begun);
            return;
        }

        bool IsSynced(Change change) => change.Order < begun && FolderOf(change.Operation) == folder;
        foreach (var renaming in _renamings.Where(IsSynced))
        {
            Rename(_names, renaming.Operation);
        }

        _renamings.RemoveAll(IsSynced);
    }
}
