using Appliance.Ledger;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Durability.TestService;

/// <summary>One run of a node: opens the store, recovers, works with many callers, stops.</summary>
internal static class Run
{
    private const int Callers = 64;

    /// <summary>The key of the row MACs; any will do that the runs agree on.</summary>
    private static readonly byte[] s_rowKey = new byte[32];

    private static readonly Guid s_signer = new("01900000-0000-7000-8000-000000000001");

    public static async Task OnceAsync(string path, Marks marks, long until, bool close)
    {
        var time = TimeProvider.System;
        var store = Store.Open(new StoreOptions { Path = path });
        var loop = new CommitLoop(store, new CommitLoopOptions(), time, NullLogger<CommitLoop>.Instance);
        marks.RunBegins(loop);
        var activations = await Activations.StartAsync(loop, s_rowKey, "node", time, CancellationToken.None);
        marks.Started(activations.Incarnation);
        await loop.WriteAsync(AddCredential, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(seed => Task.Run(async () =>
        {
            var caller = new Caller(loop, activations, marks, s_signer, seed);
            while (marks.LogRestarts < until)
            {
                await caller.UseOneActivationAsync();
            }
        })));
        await loop.DisposeAsync();
        if (close)
        {
            store.Dispose();
        }
    }

    private static int AddCredential(StoreConnection connection)
    {
        if (connection.Credentials.Find(s_signer) is null)
        {
            connection.Signers.Insert(new SignerRow(s_signer, "user", "User", null, SignerState.Active, 1));
            connection.Profiles.Insert(new ProfileRow(s_signer, s_signer, ProfileKind.Person, "User", 1));
            connection.Credentials.Insert(new CredentialRow(
                s_signer, s_signer, s_signer, [1], "key", 1, [2], [3], [], CredentialState.Enabled, 2, 10_000, "", 0,
                long.MaxValue, 1, 1));
        }

        return 0;
    }
}
