using System.Collections.Concurrent;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Factors.Tests.Contract;

public sealed class PostgresFactorTests : FactorContract
{
    private const int Nodes = 4;
    private const int Tries = 100;

    private readonly string _database;

    public PostgresFactorTests()
        : this(PostgresCluster.Shared.CreateDatabase())
    {
    }

    private PostgresFactorTests(string database)
        : base(database)
        => _database = database;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_hundred_wrong_codes_at_once_over_four_nodes_five_are_compared(bool announced)
    {
        using var bench = new FactorStore(_database);
        using var enrolment = bench.Write(c => bench.Totp.Enrol(c, bench.SignerId, "signer"));
        bench.Send(CodePurpose.Pairing);
        bench.TakeNotice();
        var sent = new ConcurrentBag<CodeStatus>();
        var totp = new ConcurrentBag<FactorStatus>();

        var nodes = await RunAsync(bench, (node, writer) =>
        {
            Guid? keys = announced ? bench.SignerId : null;
            sent.Add(node.Write(
                c => node.Codes.Try(c, bench.SignerId, CodePurpose.Pairing, null, "wrong"), writer, keys).Status);
            totp.Add(node.Write(c => node.Totp.Activate(c, bench.SignerId, "000"), writer, keys));
        });

        Assert.Equal(5, nodes.Sum(node => node.Codes.Comparisons));
        Assert.Equal(4, sent.Count(status => status == CodeStatus.Wrong));
        Assert.Equal(1, sent.Count(status => status == CodeStatus.JustVoid));
        Assert.Equal(Tries - 5, sent.Count(status => status == CodeStatus.Void));
        Assert.Equal(4, totp.Count(status => status == FactorStatus.Wrong));
        Assert.Equal(1, totp.Count(status => status == FactorStatus.JustLocked));
        Assert.Equal(Tries - 5, totp.Count(status => status == FactorStatus.Locked));
    }

    [Fact]
    public async Task One_right_code_given_many_times_at_once_is_accepted_once()
    {
        using var bench = new FactorStore(_database);
        bench.Send(CodePurpose.Pairing);
        var code = bench.TakeCode();
        var accepted = 0;

        await RunAsync(bench, (node, writer) =>
        {
            var tried = node.Write(
                c => node.Codes.Try(c, bench.SignerId, CodePurpose.Pairing, null, code), writer);
            if (tried.Status == CodeStatus.Accepted)
            {
                Interlocked.Increment(ref accepted);
            }
        });

        Assert.Equal(1, accepted);
    }

    [Fact]
    public async Task Of_many_who_send_at_once_over_four_nodes_one_does()
    {
        using var bench = new FactorStore(_database);
        var sent = 0;

        await RunAsync(bench, (node, writer) =>
        {
            var sending = node.Write(
                c => node.Codes.Send(
                    c, bench.SignerId, CodePurpose.Pairing, null, NoticeChannel.Sms, "+40721123456", "en"),
                writer);
            if (sending.Sent)
            {
                Interlocked.Increment(ref sent);
            }
        });

        Assert.Equal(1, sent);
    }

    /// <summary>Runs a hundred at once, over the connections of four nodes.</summary>
    private async Task<IReadOnlyList<FactorStore>> RunAsync(FactorStore bench, Action<FactorStore, int> run)
    {
        var nodes = Enumerable.Range(0, Nodes).Select(_ => new FactorStore(_database, bench)).ToList();
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = 12 };
            await Parallel.ForAsync(0, Tries, options, (i, _) =>
            {
                run(nodes[i % Nodes], i / Nodes % nodes[0].Store.Writers.Count);
                return ValueTask.CompletedTask;
            });
            return nodes;
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }
}
