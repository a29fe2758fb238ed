using Appliance.Identity;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.Csc.Clients;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Enrolments;

/// <summary>Who may not enrol, and what is no request.</summary>
public sealed class EnrolmentRefusalTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Link = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private const string Generic =
        "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more "
        + "than once, or is otherwise malformed.";

    public static TheoryData<string, string, int, string, string> Refusals => new()
    {
        { "status", "{}", 401, "invalid_request", "The request has no Authorization header" },
        { "invite", "{}", 401, "invalid_request", "The request has no Authorization header" },
        { "send", "{}", 401, "invalid_request", "The request has no Authorization header" },
        { "confirm", """{"code":"123456"}""", 401, "invalid_request", "The request has no Authorization header" },
        { "open", "{}", 400, "invalid_request", "Missing (or invalid type) string parameter link" },
        { "open", """{"link":7}""", 400, "invalid_request", "Missing (or invalid type) string parameter link" },
        {
            "open", $$"""{"link":"{{Link}}"}""", 400, "invalid_request",
            "The link is not valid, or was used or replaced"
        },
        {
            "confirm", $$"""{"link":"{{Link}}"}""", 400, "invalid_request",
            "Missing (or invalid type) string parameter code"
        },
        { "open", "[", 400, "invalid_request", Generic },
        { "open", """{"link":"a","link":"b"}""", 400, "invalid_request", Generic },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task What_is_no_request_of_a_link_or_a_caller_is_refused(
        string step, string body, int status, string error, string description)
        => (await appliance.PostAsync("/factors/v1/" + step, body, null)).Refused(status, error, description);

    [Fact]
    public async Task A_signer_acts_for_itself_only()
    {
        var own = await appliance.PostAsync("/factors/v1/status", $$"""{"signerID":"{{appliance.Ioana.Id}}"}""");
        Assert.Equal(200, own.Status);

        foreach (var path in new[] { "/factors/v1/status", "/factors/v1/invite", "/factors/v1/send" })
        {
            (await appliance.PostAsync(path, $$"""{"signerID":"{{appliance.Mihai.Id}}"}"""))
                .Refused(403, "access_denied", "The caller may not do this for this signer");
        }

        (await appliance.PostAsync("/factors/v1/status", """{"signerID":"somebody"}"""))
            .Refused(400, "invalid_request", "Invalid parameter signerID");
    }

    [Fact]
    public async Task A_large_body_and_another_method_are_refused()
    {
        var large = $$"""{"link":"{{new string('a', 20_000)}}"}""";
        Assert.Equal(413, (await appliance.PostAsync("/factors/v1/open", large, null)).Status);
        using var get = new HttpRequestMessage(HttpMethod.Get, "/factors/v1/open");
        Assert.Equal(405, (await appliance.SendAsync(get)).Status);
    }

    [Fact]
    public async Task A_client_enrols_signers_that_it_reaches_and_needs_the_operation_for_it()
    {
        var client = await appliance.AddClientAsync(
            new ClientOrder { Operations = ClientOperations.Enrol }, appliance.Ioana.Credentials[1]);
        var all = await appliance.AddClientAsync(
            new ClientOrder { Reach = ClientReach.All, Operations = ClientOperations.Enrol });
        var reader = await appliance.AddClientAsync(
            new ClientOrder { Reach = ClientReach.All, Operations = ClientOperations.Read });
        var ioana = new { signerID = appliance.Ioana.Id.ToString("D") };
        var mihai = new { signerID = appliance.Mihai.Id.ToString("D") };
        const string Path = "/factors/v1/invite";
        const string Denied = "The caller may not do this for this signer";

        Assert.Equal("i***@example.com", (await appliance.PostAsync(client, Path, ioana)).Json.Text("sentTo"));
        (await appliance.PostAsync(client, Path, mihai)).Refused(403, "access_denied", Denied);
        Assert.Equal("m***@example.com", (await appliance.PostAsync(all, Path, mihai)).Json.Text("sentTo"));
        (await appliance.PostAsync(reader, Path, ioana)).Refused(403, "access_denied", Denied);
        (await appliance.PostAsync(all, Path, new { })).Refused(
            400, "invalid_request", "Missing (or invalid type) string parameter signerID");
        (await appliance.PostAsync(all, Path, new { signerID = Guid.NewGuid().ToString("D") }))
            .Refused(403, "access_denied", Denied);
    }
}
