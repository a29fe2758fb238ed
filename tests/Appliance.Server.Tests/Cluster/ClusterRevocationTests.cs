using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Processes;
using Appliance.Storage;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>A credential is switched off while three processes sign with it.</summary>
public sealed class ClusterRevocationTests
{
    private const int Nodes = 3;
    private const int CallersOfNode = 8;
    private const int Warm = 300;

    private readonly TaskCompletionSource _warm = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _granted;
    private bool _revoked;

    [Fact]
    public async Task No_reservation_on_any_node_is_later_than_the_commit_of_the_revocation()
    {
        using var cluster = await ApplianceCluster.StartAsync(PostgresCluster.Shared, Nodes);
        using var signer = await RemoteSigner.SignInAsync(cluster.AnyHash, cluster.Nodes[0].Ready!);
        var sad = await signer.AuthorizeAsync(10_000, []);

        var callers = cluster.Nodes.SelectMany(node => Enumerable.Range(0, CallersOfNode).Select(_ => Task.Run(
            () => SignUntilRefusedAsync(signer.At(node.Ready!), sad), TestContext.Current.CancellationToken))).ToList();
        await Task.WhenAny(_warm.Task, Task.WhenAll(callers));
        Revoke(cluster, Guid.Parse(signer.Credential));
        Volatile.Write(ref _revoked, true);

        // From outside: whoever asked when the revocation had been answered was refused, on every node.
        Assert.All(await Task.WhenAll(callers), late => Assert.False(late, "signed after the revocation was answered"));

        // From inside: by the times at which the database committed, no reservation is later.
        await cluster.StopAsync();
        var events = cluster.EventsInCommitOrder();
        Assert.Equal(_granted, events.Where(e => e.Event == "signhash.done").Sum(e => e.Count));
        var after = events.SkipWhile(e => e.Event != "credential.changed").ToList();
        Assert.NotEmpty(after);
        Assert.DoesNotContain(after, e => e.Event == "signhash.intent");
        Assert.Contains(after, e => e.Event == "signhash.refused");
    }

    /// <summary>As another node or a command does: in a transaction of its own.</summary>
    private static void Revoke(ApplianceCluster cluster, Guid credential)
    {
        using var store = Store.Open(new StoreOptions
        {
            Postgres = new PostgresOptions { ConnectionString = cluster.Database, Writers = 1 },
        });
        store.Writer.Begin();
        Assert.True(store.Writer.Credentials.SetState(credential, CredentialState.Disabled));
        AuditTrail.Append(store.Writer, new AuditRecord { At = 1, Event = AuditEvent.CredentialChanged });
        store.Writer.Commit();
    }

    /// <summary>True when a signature was given to whoever asked after the revocation.</summary>
    private async Task<bool> SignUntilRefusedAsync(RemoteSigner at, string sad)
    {
        using (at)
        {
            while (true)
            {
                var isLate = Volatile.Read(ref _revoked);
                try
                {
                    Assert.Single(await at.SignAsync(sad, RemoteSigner.RandomHashes(1)));
                }
                catch (GrpcStatusException refusal)
                {
                    Assert.Equal(GrpcStatusCode.FailedPrecondition, refusal.Code);
                    return false;
                }

                if (Interlocked.Increment(ref _granted) == Warm)
                {
                    _warm.SetResult();
                }

                if (isLate)
                {
                    return true;
                }
            }
        }
    }
}
