using Appliance.Factors;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Signing.Provisioning;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Server.Tests.Packages;

/// <summary>What was paid for, over both wires of the running appliance.</summary>
public sealed class PackageTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Exhausted = "The credential's package has too few signatures left";
    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task A_used_up_package_is_told_on_both_wires_before_the_factor_and_no_code_is_used_up()
    {
        var mihai = appliance.Mihai;
        await GrantAsync(mihai.Credentials[1], 1);
        var hash = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(mihai, 1, hash);
        await _calls.SignAsync(mihai.Token, mihai.Credentials[1], sad, hash);
        var code = appliance.FreshCode(mihai);

        foreach (var version in new[] { "v1", "v2" })
        {
            (await AuthorizeAsync(version, mihai.Credentials[1], hash, code)).Refused(
                400, "invalid_request", Exhausted);
        }

        var refused = await Assert.ThrowsAsync<GrpcStatusException>(() => _calls.AuthorizeAsync(mihai, code, 1, hash));
        Assert.Equal((GrpcStatusCode.FailedPrecondition, Exhausted), (refused.Code, refused.Text));

        // The code is as good as before, for a credential that pays for nothing.
        Assert.Equal(200, (await AuthorizeAsync("v1", mihai.Credentials[0], hash, code)).Status);
        Assert.Equal(3, appliance.Audit(AuditEvent.AuthorizeRefused).Count(
            entry => entry.Record is { Detail: "PackageExhausted" } record && record.SignerId == mihai.Id));
    }

    [Fact]
    public async Task Running_out_is_written_to_the_signer_in_the_commit_that_comes_down_to_it()
    {
        var ioana = appliance.Ioana;
        await appliance.Composition.Loop.WriteAsync(
            connection =>
            {
                appliance.Composition.Contacts.Set(connection, ioana.Id, new Contact("ioana@example.com", null, "ro"));
                return true;
            },
            TestContext.Current.CancellationToken);
        await GrantAsync(ioana.Credentials[1], 10);
        byte[][] hashes = [.. Enumerable.Range(0, 10).Select(_ => RunningAppliance.RandomHash())];
        var sad = await appliance.AuthorizeAsync(ioana, 1, hashes.Length, hashes);

        foreach (var hash in hashes[..8])
        {
            await _calls.SignAsync(ioana.Token, 1, sad, hash);
        }

        Assert.Equal(0, CountNotices(ioana.Id));
        await _calls.SignAsync(ioana.Token, 1, sad, hashes[8]);
        Assert.Equal(1, CountNotices(ioana.Id));
        await _calls.SignAsync(ioana.Token, 1, sad, hashes[9]);
        Assert.Equal(2, CountNotices(ioana.Id));
        Assert.Equal([0, 1], appliance.Audit(AuditEvent.PackageLow)
            .Where(entry => entry.Record.SignerId == ioana.Id).Select(entry => entry.Record.Count));
    }

    private Task<PackageRow> GrantAsync(string credential, int count)
        => appliance.Composition.CreatePackages("test").GrantAsync(
            Guid.Parse(credential), new PackageGrant(count), TestContext.Current.CancellationToken);

    private Task<RestAnswer> AuthorizeAsync(string version, string credential, byte[] hash, string code)
        => appliance.PostAsync(
            $"/csc/{version}/credentials/authorize",
            $$"""
            {"credentialID":"{{credential}}","numSignatures":1,"hash":["{{Convert.ToBase64String(hash)}}"],
            "OTP":"{{code}}"}
            """,
            "Bearer " + appliance.Mihai.Token);

    private long CountNotices(Guid signer)
    {
        using var database = Database.Open(appliance.StorePath, readOnly: true);
        using var rows = database
            .Prepare($"SELECT count(*) FROM notice WHERE signer_id = ?1 AND kind = {(int)NoticeKind.PackageLow}")
            .Start().Bind(signer).Rows();
        Assert.True(rows.Next());
        return rows.Int64(0);
    }
}
