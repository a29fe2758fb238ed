using Appliance.Grpc.Client;
using Appliance.Identity;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Grpc;
using Appliance.Server.Tests.Hosting;
using Appliance.Signing.Provisioning;
using Appliance.Storage;
using Proto = Appliance.V1;

namespace Appliance.Server.Tests.Signers;

/// <summary>What a signer sees of its account, over both wires.</summary>
public sealed class SignerQueryTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private readonly CscGrpcCalls _calls = new(appliance);

    [Fact]
    public async Task Profiles_come_with_their_organisation_and_their_credentials()
    {
        var directory = appliance.Composition.CreateOrganisations("test");
        var organisation = await directory.AddAsync(
            new NewOrganisation("cub", "Cub SRL", Vat: "RO123456"), TestContext.Current.CancellationToken);
        appliance.Time.Advance(TimeSpan.FromSeconds(1));
        var profile = await directory.AddProfileAsync(
            appliance.Mihai.Id,
            ProfileKind.Employee,
            "Mihai Pop, Cub",
            organisation.Id,
            TestContext.Current.CancellationToken);

        var rest = (await PostAsync("profiles", "{}")).Json;
        var grpc = await _calls.CallAsync<Proto.SignerRequest, Proto.ProfilesResponse>(
            Proto.SignersReflection.Descriptor,
            "Profiles",
            new() { SignerId = appliance.Mihai.Id.ToString("D") },
            appliance.Mihai.Token);

        Assert.Equal("active", rest.GetProperty("state").GetString());
        var (first, second) = (rest.GetProperty("profiles")[0], rest.GetProperty("profiles")[1]);
        Assert.Equal("person", first.GetProperty("kind").GetString());
        Assert.Equal(
            appliance.Mihai.Credentials.Order(StringComparer.Ordinal),
            first.GetProperty("credentialIDs").EnumerateArray().Select(id => id.GetString()!)
                .Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        Assert.Equal(profile.Id, second.GetProperty("profileID").GetGuid());
        Assert.Equal(
            ("employee", "Cub SRL", organisation.Id),
            (second.GetProperty("kind").GetString(), second.GetProperty("organisation").GetString(),
                second.GetProperty("organisationID").GetGuid()));
        Assert.Equal(
            ["person", "employee"], grpc.Profiles.Where(p => p.State == "active").Select(p => p.Kind).ToArray());
        Assert.Equal("Cub SRL", grpc.Profiles[1].Organisation);
        Assert.Equal(2, grpc.Profiles[0].CredentialIds.Count);
    }

    [Fact]
    public async Task Packages_tell_plan_and_what_is_left()
    {
        var credential = Guid.Parse(appliance.Mihai.Credentials[1]);
        await appliance.Composition.CreatePackages("test").GrantAsync(
            credential,
            new PackageGrant(200, Plan: PackagePlan.Find(200)),
            TestContext.Current.CancellationToken);
        var hash = RunningAppliance.RandomHash();
        var sad = await _calls.AuthorizeAsync(appliance.Mihai, 1, hash);
        await _calls.SignAsync(appliance.Mihai.Token, appliance.Mihai.Credentials[1], sad, hash);

        var rest = (await PostAsync("packages", "{}")).Json.GetProperty("packages");
        var grpc = await _calls.CallAsync<Proto.SignerRequest, Proto.PackagesResponse>(
            Proto.SignersReflection.Descriptor, "Packages", new(), appliance.Mihai.Token);

        Assert.Equal(1, rest.GetArrayLength());
        Assert.Equal(credential, rest[0].GetProperty("credentialID").GetGuid());
        Assert.Equal(
            ("active", 200, 200, 199),
            (rest[0].GetProperty("state").GetString(), rest[0].GetProperty("plan").GetInt32(),
                rest[0].GetProperty("total").GetInt32(), rest[0].GetProperty("remaining").GetInt32()));
        var package = Assert.Single(grpc.Packages);
        Assert.Equal((200, 199, "active"), (package.Plan, package.Remaining, package.State));
        Assert.EndsWith("Z", package.ValidUntil, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_is_the_signers_own_and_is_paged_by_cursor()
    {
        var ioana = appliance.Ioana;
        byte[][] hashes = [.. Enumerable.Range(0, 5).Select(_ => RunningAppliance.RandomHash())];
        var sad = await appliance.AuthorizeAsync(ioana, 1, hashes.Length, hashes);
        foreach (var hash in hashes)
        {
            await _calls.SignAsync(ioana.Token, 1, sad, hash);
        }

        // The last outcome rides in the next commit.
        await appliance.Composition.Loop.WriteAsync(_ => true, TestContext.Current.CancellationToken);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _calls.CallAsync<Proto.HistoryRequest, Proto.HistoryResponse>(
                Proto.SignersReflection.Descriptor,
                "History",
                cursor is null
                    ? new() { Limit = 2, Event = "signhash.done" }
                    : new() { Limit = 2, Event = "signhash.done", Cursor = cursor },
                ioana.Token);
            Assert.True(page.Records.Count <= 2);
            Assert.All(page.Records, record => Assert.Equal("ok", record.Outcome));
            seen.AddRange(page.Records.Select(record => Convert.ToHexString(record.Digest.Span)));
            cursor = page.HasCursor ? page.Cursor : null;
        }
        while (cursor is not null);

        Assert.Equal(hashes.Reverse().Select(Convert.ToHexString), seen, StringComparer.Ordinal);
        var rest = (await appliance.PostAsync("/signers/v1/history", """{"limit":1}""")).Json;
        Assert.Equal("signhash.done", rest.GetProperty("records")[0].GetProperty("event").GetString());
        Assert.Equal(
            Convert.ToBase64String(hashes[4]), rest.GetProperty("records")[0].GetProperty("digest").GetString());
        var others = (await PostAsync("history", """{"event":"signhash.done"}""")).Json.GetProperty("records");
        Assert.DoesNotContain(
            others.EnumerateArray(), record => record.GetProperty("credentialID").GetString() == ioana.Credentials[1]);
    }

    [Theory]
    [InlineData("""{"limit":0}""", "Invalid parameter limit")]
    [InlineData("""{"limit":1001}""", "Invalid parameter limit")]
    [InlineData("""{"cursor":"x"}""", "Invalid parameter cursor")]
    [InlineData("""{"cursor":7}""", "Invalid parameter cursor")]
    [InlineData("""{"event":"nothing"}""", "Invalid parameter event")]
    [InlineData("""{"signerID":7}""", "Missing (or invalid type) string parameter signerID")]
    [InlineData("""{"signerID":"me"}""", "Invalid parameter signerID")]
    [InlineData("""{"signerID":"00000000-0000-0000-0000-000000000001"}""", "Invalid parameter signerID")]
    public async Task A_wrong_parameter_is_told(string body, string description)
        => (await PostAsync("history", body)).Refused(400, "invalid_request", description);

    [Fact]
    public async Task Nobody_sees_another_signers_account()
    {
        var body = $$"""{"signerID":"{{appliance.Ioana.Id:D}}"}""";
        foreach (var method in new[] { "profiles", "packages", "history" })
        {
            (await PostAsync(method, body)).Refused(400, "invalid_request", "Invalid parameter signerID");
            (await appliance.PostAsync($"/signers/v1/{method}", body, null)).Refused(
                401, "invalid_request", "The request has no Authorization header");
        }

        var refused = await Assert.ThrowsAsync<GrpcStatusException>(
            () => _calls.CallAsync<Proto.SignerRequest, Proto.PackagesResponse>(
                Proto.SignersReflection.Descriptor,
                "Packages",
                new() { SignerId = appliance.Ioana.Id.ToString("D") },
                appliance.Mihai.Token));
        Assert.Equal(GrpcStatusCode.NotFound, refused.Code);
    }

    [Fact]
    public async Task A_client_with_one_credential_of_a_signer_learns_nothing_of_the_others()
    {
        var (given, other) = (appliance.Ioana.Credentials[0], appliance.Ioana.Credentials[1]);
        await appliance.Composition.CreateOrganisations("test").AddProfileAsync(
            appliance.Ioana.Id,
            ProfileKind.Person,
            "Ioana Pop, elsewhere",
            null,
            TestContext.Current.CancellationToken);
        var client = await appliance.AddClientAsync(null, given);
        var body = new { signerID = appliance.Ioana.Id.ToString("D") };

        var profiles = await appliance.PostAsync(client, "/signers/v1/profiles", body);
        var packages = await appliance.PostAsync(client, "/signers/v1/packages", body);

        Assert.Equal(200, profiles.Status);
        Assert.Contains(given, profiles.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(other, profiles.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere", profiles.Text, StringComparison.Ordinal);
        Assert.Equal(200, packages.Status);
        Assert.DoesNotContain(other, packages.Text, StringComparison.Ordinal);
    }

    private Task<RestAnswer> PostAsync(string method, string body)
        => appliance.PostAsync($"/signers/v1/{method}", body, "Bearer " + appliance.Mihai.Token);
}
