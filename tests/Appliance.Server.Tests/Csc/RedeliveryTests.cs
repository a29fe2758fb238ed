using System.Globalization;
using System.Text;
using Appliance.Grpc.Client;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Csc;

/// <summary>
/// Request ids over REST and gRPC. ECDSA signatures are random: the same text is the same signature, delivered again.
/// </summary>
public sealed class RedeliveryTests(RunningAppliance appliance) : IClassFixture<RunningAppliance>
{
    private const string Ecdsa = "1.2.840.10045.4.3.2";

    [Fact]
    public async Task One_request_is_signed_once_whichever_wire_and_version_asks_again()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        var first = await RestAsync(1, "\"wires\"", sad, hash);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));

        var again = await RestAsync(1, "wires", sad, hash);
        var version2 = await RestAsync(2, "\"wires\"", sad, hash);
        var (byMetadata, replayed) = await GrpcAsync("wires", null, sad, hash);
        var (byField, _) = await GrpcAsync(null, "wires", sad, hash);
        var (byBoth, _) = await GrpcAsync("\"wires\"", "wires", sad, hash);

        foreach (var answer in new[] { again, version2 })
        {
            Assert.Equal(Signature(first), Signature(answer));
            Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Idempotency-Replayed")));
        }

        Assert.Equal([Signature(first), Signature(first), Signature(first)], [byMetadata, byField, byBoth]);
        Assert.Equal("true", replayed);
        Assert.Equal(1, Count(AuditEvent.SignHashIntent, hash));
        Assert.Equal(5, Count(AuditEvent.SignHashRedelivered, hash));
    }

    [Fact]
    public async Task It_is_delivered_again_when_the_sad_has_expired()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        var first = await RestAsync(1, "late", sad, hash);
        appliance.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(Signature(first), Signature(await RestAsync(1, "late", sad, hash)));
        (await RestAsync(1, "later", sad, hash)).Refused(400, "invalid_request", "SAD expired");
        (await RestAsync(1, null, sad, hash)).Refused(400, "invalid_request", "SAD expired");
    }

    [Fact]
    public async Task Of_32_that_ask_at_once_over_both_wires_all_get_the_one_signature()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 4, hash, hash, hash, hash);

        var signatures = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i => i % 2 == 0
            ? Signature(await RestAsync(1, "at-once", sad, hash))
            : (await GrpcAsync("at-once", null, sad, hash)).Signature));

        Assert.Single(signatures.Distinct(StringComparer.Ordinal));
        Assert.Equal(1, Count(AuditEvent.SignHashIntent, hash));
        Assert.Equal(1, Count(AuditEvent.SignHashDone, hash));
        Assert.Equal(31, Count(AuditEvent.SignHashRedelivered, hash));
    }

    [Fact]
    public async Task An_id_that_stands_for_something_else_is_refused_and_uses_nothing_up()
    {
        byte[] hash = RunningAppliance.RandomHash(), other = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 2, hash, other);
        await RestAsync(2, "reused", sad, hash);
        var quota = appliance.Quota();

        (await RestAsync(2, "reused", sad, other)).Refused(
            422,
            "idempotency_key_reused",
            "The request id stands for a request with other contents; nothing was used up");
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => GrpcAsync("reused", null, sad, other));

        Assert.Equal((GrpcStatusCode.FailedPrecondition, "idempotency_key_reused"), (error.Code, error.Error!.Reason));
        Assert.Equal(quota, appliance.Quota());
        Assert.Equal(2, Count(AuditEvent.SignHashRefused, other));
        Assert.Equal(200, (await RestAsync(2, "another", sad, other)).Status);
    }

    [Fact]
    public async Task The_ids_of_one_signer_are_nobody_elses()
    {
        var (mine, his) = (RunningAppliance.RandomHash(), RunningAppliance.RandomHash());
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, mine);
        var hisSad = await appliance.AuthorizeAsync(appliance.Mihai, 1, 1, his);

        Assert.Equal(200, (await RestAsync(1, "shared", sad, mine)).Status);
        var answer = await RestAsync(1, "shared", hisSad, his, appliance.Mihai);

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task One_in_doubt_says_what_to_do()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        await RestAsync(1, "doubt", sad, hash);
        await appliance.Ledger.WriteAsync(
            connection =>
            {
                connection.Outcomes.SetInDoubt(OutcomeRequest.KeyOf(appliance.Ioana.Id, Guid.Empty, "doubt"));
                return 0;
            },
            TestContext.Current.CancellationToken);

        (await RestAsync(1, "doubt", sad, hash)).Refused(
            410,
            "outcome_in_doubt",
            "The hashes may have been signed and the signatures are lost; what the SAD allowed of them is used up: "
                + "authorize them anew, under another request id");
        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => GrpcAsync("doubt", null, sad, hash));
        Assert.Equal((GrpcStatusCode.Aborted, "outcome_in_doubt"), (error.Code, error.Error!.Reason));
    }

    [Fact]
    public async Task An_id_that_is_none_is_refused_clearly_and_audited()
    {
        var hash = RunningAppliance.RandomHash();
        var sad = await appliance.AuthorizeAsync(appliance.Ioana, 1, 1, hash);
        var refused = appliance.Audit(AuditEvent.RequestRefused, 10_000).Count;
        const string Text =
            "Invalid Idempotency-Key: once, 1 to 255 visible ASCII characters, bare or as a structured-field string";

        string[] wrong = ["a b", "\"a", "\"\"", new string('a', 256)];
        foreach (var id in wrong)
        {
            (await RestAsync(1, id, sad, hash)).Refused(400, "invalid_request", Text);
        }

        var error = await Assert.ThrowsAsync<GrpcStatusException>(() => GrpcAsync("\"a", null, sad, hash));
        Assert.Equal((GrpcStatusCode.InvalidArgument, Text), (error.Code, error.Text));
        error = await Assert.ThrowsAsync<GrpcStatusException>(() => GrpcAsync(null, "a b", sad, hash));
        Assert.Equal("Invalid parameter requestID", error.Text);
        error = await Assert.ThrowsAsync<GrpcStatusException>(() => GrpcAsync("a", "b", sad, hash));
        Assert.Equal("Idempotency-Key and requestID differ", error.Text);
        Assert.Equal(refused + wrong.Length + 3, appliance.Audit(AuditEvent.RequestRefused, 10_000).Count);
        Assert.Equal(200, (await RestAsync(1, new string('a', 255), sad, hash)).Status);
    }

    private int Count(AuditEvent wanted, byte[] hash)
        => appliance.Audit(wanted, 10_000).Count(entry => entry.Record.Digest.Span.SequenceEqual(hash));

    private static string Signature(RestAnswer answer)
        => answer.Json.GetProperty("signatures").EnumerateArray().Single().GetString()!;

    private async Task<RestAnswer> RestAsync(
        int version, string? id, string sad, byte[] hash, TestSigner? signer = null)
    {
        signer ??= appliance.Ioana;
        var name = version == 1 ? "hash" : "hashes";
        using var request = new HttpRequestMessage(
            HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/csc/v{version}/signatures/signHash"));
        request.Content = new StringContent(
            $$"""
            {"credentialID":"{{signer.Credentials[1]}}","SAD":"{{sad}}",
            "{{name}}":["{{Convert.ToBase64String(hash)}}"],"signAlgo":"{{Ecdsa}}"}
            """,
            Encoding.UTF8,
            "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + signer.Token);
        if (id is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", id));
        }

        return await appliance.SendAsync(request);
    }

    private async Task<(string Signature, string? Replayed)> GrpcAsync(
        string? metadataId, string? fieldId, string sad, byte[] hash)
    {
        var metadata = new GrpcMetadata { { "authorization", "Bearer " + appliance.Ioana.Token } };
        var request = new Proto.SignHashRequest
        {
            CredentialId = appliance.Ioana.Credentials[1],
            Sad = sad,
            Hashes = { ByteString.CopyFrom(hash) },
            SignAlgo = Ecdsa,
        };
        if (fieldId is not null)
        {
            request.RequestId = fieldId;
        }

        var response = await appliance.Grpc.UnaryAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
            request,
            new GrpcCallOptions { Metadata = metadata, RequestId = metadataId },
            cancellationToken: TestContext.Current.CancellationToken);
        return (
            response.Message.Signatures.Single().ToBase64(), response.Headers.Find("idempotency-replayed"));
    }
}
