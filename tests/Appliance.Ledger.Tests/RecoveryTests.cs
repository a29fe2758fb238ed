using Appliance.Storage;

namespace Appliance.Ledger.Tests;

public class RecoveryTests
{
    [Fact]
    public async Task What_completed_is_in_a_copy_of_the_files_taken_at_that_moment()
    {
        // The copy is what a kill -9 leaves: nothing was closed, flushed or checkpointed for it.
        await using var ledger = await LedgerFixture.StartAsync();
        var hashes = LedgerFixture.Hashes(20);
        var activation = await ledger.OpenAsync(hashes);
        var directory = Directory.CreateTempSubdirectory("appliance-ledger-copy-");
        for (var i = 0; i < hashes.Length; i++)
        {
            Assert.Equal(ReservationStatus.Ok, await ledger.TryReserveAsync(activation, hashes[i]));
            var copy = Path.Combine(directory.FullName, "store.db");
            File.Copy(ledger.StorePath, copy, overwrite: true);
            File.Copy(ledger.StorePath + "-wal", copy + "-wal", overwrite: true);
            File.Delete(copy + "-shm");

            using var store = Store.Open(new StoreOptions { Path = copy });

            Assert.Equal(i + 1, store.Writer.Activations.Tally(activation).Reserved);
        }

        directory.Delete(recursive: true);
    }
}
