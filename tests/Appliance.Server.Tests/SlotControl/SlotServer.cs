using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Appliance.Grpc.Client;
using Appliance.Server.Tests.Commands;
using Appliance.Server.Tests.KeyImports;
using Appliance.Server.Tests.Processes;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>
/// A server process whose group has one token, or two with the same key, and a client application that seals by that
/// key: without retries, so that it sees every failure.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SlotServer : IDisposable
{
    private const int MostHashes = 10_000;
    private const string KeyId = "a1b2";

    private readonly string _secondToken = SoftHsmTokens.Take();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private ServeProcess? _process;
    private GrpcChannel? _channel;
    private string _credential = "";
    private string _token = "";

    public Installation Installation { get; } = new();

    public ServeProcess Process => _process!;

    public string Secret { get; private set; } = "";

    /// <summary>Signer, key, credential and client; then the server with so many slots.</summary>
    public async Task StartAsync(int slots)
    {
        var pem = Installation.PathOf("key.pem");
        await File.WriteAllTextAsync(pem, _key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        foreach (var token in new[] { Installation.Token, _secondToken }.Take(slots))
        {
            Import(pem, token);
        }

        using var foreign = new ForeignToken(Installation);
        using var leaf = foreign.Certify(_key.ExportSubjectPublicKeyInfo());
        (await Installation.RunAsync("init")).Succeeded();
        (await Installation.RunAsync("signer add --user acme --name Acme --kind organisation", "a long enough one"))
            .Succeeded();
        _credential = (await Installation.JsonAsync(
            $"credential import --user acme --key-id {KeyId} --certificates {foreign.WritePem(leaf, "chain.pem")} "
            + $"--factors none --multisign {MostHashes} --allow-extractable")).Text("id");
        await ServeAsync(slots);
        var id = (await Installation.JsonAsync(
            "client create --client portal --organisation acme --reach organisation")).Text("id");
        Secret = (await Installation.JsonAsync("client secret add --client portal")).Text("secret");
        using var portal = new RestClient(Process.Ready!.Rest);
        _token = await portal.TokenAsync(id, Secret);
    }

    /// <summary>The process alone: after it ended.</summary>
    public async Task ServeAsync(int slots)
    {
        await File.WriteAllTextAsync(
            Installation.PathOf("second-pin"), SoftHsmTokens.Pin, TestContext.Current.CancellationToken);
        _channel?.Dispose();
        _process?.Dispose();
        _process = await ServeProcess.StartAsync(Installation, slots == 1 ? [] :
        [
            "--set", $"Slots:second:Module={SoftHsmTokens.Library}",
            "--set", $"Slots:second:Token={_secondToken}",
            "--set", $"Slots:second:PinFile={Installation.PathOf("second-pin")}",
        ]);
        Assert.NotNull(_process.Ready);
        _channel = new GrpcChannel(new Uri(_process.Ready.Grpc));
    }

    /// <summary>A SAD for all of these.</summary>
    public async Task<string> AuthorizeAsync(byte[][] hashes)
        => (await _channel!.UnaryAsync<Proto.AuthorizeRequest, Proto.AuthorizeResponse>(
            Proto.CredentialsReflection.Descriptor.Services[0].FindMethodByName("Authorize"),
            new Proto.AuthorizeRequest
            {
                CredentialId = _credential,
                NumSignatures = hashes.Length,
                Hashes = { hashes.Select(hash => ByteString.CopyFrom(hash)) },
                HashAlgorithmOid = "2.16.840.1.101.3.4.2.1",
            },
            Bearer(),
            TestContext.Current.CancellationToken)).Message.Sad;

    /// <summary>A signature that verifies.</summary>
    public async Task SignAsync(string sad, byte[] hash)
    {
        var signed = await _channel!.UnaryAsync<Proto.SignHashRequest, Proto.SignHashResponse>(
            Proto.SignaturesReflection.Descriptor.Services[0].FindMethodByName("SignHash"),
            new Proto.SignHashRequest
            {
                CredentialId = _credential,
                Sad = sad,
                Hashes = { ByteString.CopyFrom(hash) },
                SignAlgo = "1.2.840.10045.4.3.2",
            },
            Bearer(),
            TestContext.Current.CancellationToken);
        Assert.True(_key.VerifyHash(
            hash, signed.Message.Signatures.Single().ToByteArray(), DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>The code of GET /healthz/ready.</summary>
    public async Task<int> ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Process.Ready!.Rest) };
        using var answer = await http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    public void Dispose()
    {
        _channel?.Dispose();
        _process?.Dispose();
        _key.Dispose();
        Installation.Dispose();
    }

    private static void Import(string pem, string token)
    {
        var start = new ProcessStartInfo("softhsm2-util")
        {
            ArgumentList =
            {
                "--import", pem, "--token", token, "--label", "seal", "--id", KeyId, "--pin", SoftHsmTokens.Pin,
            },
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["SOFTHSM2_CONF"] = SoftHsmTokens.Configuration },
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private GrpcCallOptions Bearer() => new() { Metadata = new() { { "authorization", "Bearer " + _token } } };
}
