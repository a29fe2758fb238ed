using Appliance.Ledger;
using Appliance.Server.Options;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>The settings of the store as the rooms below take them.</summary>
internal static class Stores
{
    public static Store Open(StoreSettings settings, TimeProvider time) => Store.Open(settings.IsShared
        ? new StoreOptions
        {
            TimeProvider = time,
            Postgres = new PostgresOptions
            {
                ConnectionString = settings.Postgres,
                Password = string.IsNullOrEmpty(settings.PasswordFile)
                    ? null
                    : () => File.ReadAllText(settings.PasswordFile).TrimEnd('\r', '\n'),
                Writers = settings.Writers,
                Serializable = settings.Serializable,
            },
        }
        : new StoreOptions { TimeProvider = time, Path = settings.Path });

    public static LeaseOptions Lease(StoreSettings settings) => new()
    {
        Node = settings.Node,
        Lease = TimeSpan.FromSeconds(settings.LeaseSeconds),
        Margin = TimeSpan.FromSeconds(settings.LeaseSeconds),
    };

    /// <summary>Where this node keeps a file of its own: beside the store's file, or in the folder for it.</summary>
    public static string FileBeside(StoreSettings settings, string name)
    {
        if (!settings.IsShared)
        {
            return $"{settings.Path}.{name}";
        }

        var path = Path.Combine(settings.State, name);
        NodeLock.CreateFolderOf(path);
        return path;
    }

    /// <summary>
    /// Makes sure that no other process of this machine serves as the same node; null where the store's file is locked
    /// anyway. At its start a node takes everything that its name has left for dead.
    /// </summary>
    public static NodeLock? LockNode(StoreSettings settings)
        => settings.IsShared ? NodeLock.Take(FileBeside(settings, $"node-{settings.Node}")) : null;
}
