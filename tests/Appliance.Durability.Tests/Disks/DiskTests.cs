using System.Text;
using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Disks;

public sealed class DiskTests
{
    private const int Root = 0;
    private const int Folder = 1;
    private const int File = 2;
    private const string Path = "a/b";
    private static readonly byte[] s_old = [.. Enumerable.Repeat((byte)1, 2_048)];
    private static readonly byte[] s_new = [.. Enumerable.Repeat((byte)2, 2_048)];
    private readonly Disk _disk = new();
    private int _syncs;

    public DiskTests()
    {
        Do(OperationKind.MakeFolder, Root, "");
        Do(OperationKind.MakeFolder, Folder, "a");
        Do(OperationKind.Create, File, Path);
    }

    [Fact]
    public void What_is_not_synced_may_be_gone_or_there()
    {
        SyncNames();
        Write(0, s_old);
        Sync(File);
        Write(1_024, s_new);

        Assert.Equal(s_old, Find(Loss.Everything));
        Assert.Equal([.. s_old[..1_024], .. s_new], Find(Loss.Nothing));
    }

    [Fact]
    public void A_sync_covers_what_was_written_before_it_began()
    {
        SyncNames();
        Write(0, s_old);
        _disk.Apply(new Operation(OperationKind.SyncBegin, File, 99, default));
        Write(0, s_new);

        Assert.Equal([], Find(Loss.Everything));

        _disk.Apply(new Operation(OperationKind.SyncEnd, File, 99, default));

        Assert.Equal(s_old, Find(Loss.Everything));
    }

    [Fact]
    public void A_name_lasts_when_its_folder_is_synced_and_the_folders_above()
    {
        Write(0, s_old);
        Sync(File);
        Assert.Empty(_disk.AfterPowerLoss(Loss.Nothing, 0, new Random(1)));
        Sync(Folder);
        Assert.Empty(_disk.AfterPowerLoss(Loss.Nothing, 0, new Random(1)));
        Sync(Root);
        Assert.Equal(s_old, Find(Loss.Everything));
    }

    [Fact]
    public void A_file_that_was_removed_may_come_back()
    {
        SyncNames();
        Do(OperationKind.Unlink, 0, Path);

        Assert.Single(_disk.AfterPowerLoss(Loss.Everything, 0, new Random(1)));
        Assert.Empty(_disk.AfterPowerLoss(Loss.Everything, 1, new Random(1)));

        Sync(Folder);

        Assert.Empty(_disk.AfterPowerLoss(Loss.Everything, 0, new Random(1)));
    }

    [Fact]
    public void A_size_is_synced_with_the_bytes()
    {
        SyncNames();
        Write(0, s_old);
        _disk.Apply(new Operation(OperationKind.Resize, File, 10, default));

        Assert.Equal([], Find(Loss.Everything));
        Assert.Equal(s_old[..10], Find(Loss.Nothing));

        Sync(File);

        Assert.Equal(s_old[..10], Find(Loss.Everything));
    }

    [Fact]
    public void A_torn_write_is_torn_at_sectors()
    {
        SyncNames();
        Write(0, s_old);
        Sync(File);
        Write(0, s_new);
        var seen = new HashSet<byte[]>(EqualityComparer<byte[]>.Create((a, b) => a!.SequenceEqual(b!), a => a[0]));
        for (var seed = 0; seed < 100; seed++)
        {
            var bytes = Find(Loss.Sectors, seed);
            Assert.All(bytes.Chunk(512), sector => Assert.Single(sector.Distinct()));
            seen.Add([.. bytes.Chunk(512).Select(sector => sector[0])]);
        }

        Assert.Equal(16, seen.Count);
    }

    private void Do(OperationKind kind, int node, string text)
        => _disk.Apply(new Operation(kind, node, 0, Encoding.UTF8.GetBytes(text)));

    private void Write(int offset, byte[] data)
        => _disk.Apply(new Operation(OperationKind.Write, File, offset, data));

    private void Sync(int node)
    {
        _disk.Apply(new Operation(OperationKind.SyncBegin, node, ++_syncs, default));
        _disk.Apply(new Operation(OperationKind.SyncEnd, node, _syncs, default));
    }

    private void SyncNames()
    {
        Sync(Root);
        Sync(Folder);
    }

    private byte[] Find(Loss loss, int seed = 1) => _disk.AfterPowerLoss(loss, 0, new Random(seed))[Path];
}
