using System.Globalization;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Hosting;
using Appliance.Server.Tests.Processes;
using Appliance.Tests.Shared.Postgres;

namespace Appliance.Server.Tests.Cluster;

/// <summary>Several `appliance serve` over one PostgreSQL database and one token, and two signers.</summary>
internal sealed class ApplianceCluster : IDisposable
{
    private const string Import = """
        [{"user":"any","name":"Any Hash","password":"correct horse 1","factor":true,
          "credentials":[{"algorithm":"P-256","multisign":10000,"scal":1}]},
         {"user":"bound","name":"Bound Hash","password":"correct horse 2","factor":true,
          "email":"bound@example.com","phone":"+40721123456",
          "credentials":[{"algorithm":"P-256","multisign":10000,"scal":2}]},
         {"user":"first","name":"First Approver","password":"correct horse 3","factor":true,
          "credentials":[{"algorithm":"P-256","factors":"approval"}]},
         {"user":"second","name":"Second Approver","password":"correct horse 4","factor":true,
          "credentials":[{"algorithm":"P-256","factors":"approval"}]}]
        """;

    private readonly List<Installation> _installations = [];

    private ApplianceCluster(PostgresCluster postgres) => Postgres = postgres;

    public PostgresCluster Postgres { get; }

    public string Database { get; private set; } = "";

    public List<ServeProcess> Nodes { get; } = [];

    /// <summary>Whose SADs are for any hashes.</summary>
    public TestSigner AnyHash { get; private set; } = null!;

    /// <summary>Whose SADs are for the hashes given.</summary>
    public TestSigner BoundHash { get; private set; } = null!;

    /// <summary>Who approve what their credential signs.</summary>
    public TestSigner[] Approvers { get; private set; } = [];

    public Installation First => _installations[0];

    public static async Task<ApplianceCluster> StartAsync(PostgresCluster postgres, int nodes, params string[] more)
    {
        var cluster = new ApplianceCluster(postgres) { Database = postgres.CreateDatabase() };
        try
        {
            await cluster.StartAsync(nodes, more);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Events of the audit trail with their counts, in the order in which they were committed.</summary>
    public IReadOnlyList<(string Event, int Count)> EventsInCommitOrder() =>
    [
        .. Postgres.Execute(
                Database,
                "SELECT event, count FROM audit WHERE event NOT LIKE 'audit.%' "
                    + "ORDER BY pg_xact_commit_timestamp(xmin), seq")
            .Split('\n').Select(line => line.Split('|'))
            .Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture))),
    ];

    /// <summary>Stops every node in good order: all outcomes are stored then.</summary>
    public async Task StopAsync()
    {
        foreach (var node in Nodes)
        {
            node.Terminate();
        }

        foreach (var node in Nodes)
        {
            (await node.EndAsync()).Succeeded();
        }
    }

    public void Dispose()
    {
        Nodes.ForEach(node => node.Dispose());
        _installations.ForEach(installation => installation.Dispose());
    }

    private async Task StartAsync(int nodes, string[] more)
    {
        _installations.Add(Installation.On(Database));
        (await First.RunAsync("init")).Succeeded();
        var file = First.PathOf("signers.json");
        await File.WriteAllTextAsync(file, Import, TestContext.Current.CancellationToken);
        var imported = await First.JsonAsync($"signer import {file}");
        (AnyHash, BoundHash) = (new TestSigner(imported[0]), new TestSigner(imported[1]));
        Approvers = [new TestSigner(imported[2]), new TestSigner(imported[3])];
        while (_installations.Count < nodes)
        {
            _installations.Add(First.AddNode());
        }

        // One after the other: SoftHSM refuses now and then when processes log in to one token at the same moment.
        foreach (var installation in _installations)
        {
            var node = await ServeProcess.StartAsync(installation, more);
            Nodes.Add(node);
            if (node.Ready is null)
            {
                Assert.Fail((await node.EndAsync()).Error);
            }
        }
    }
}
