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

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private ServeProcess? _process;
    private GrpcChannel? _channel;
    private string _credential = "";
    private string _token = "";

    public Installation Installation { get; } = new(withToken: false);

    public ServeProcess Process => _process!;

    public string Secret { get; private set; } = "";

    private string SoftHsm => Installation.PathOf("softhsm2.conf");

    /// <summary>Signer, key, credential and client; then the server with so many slots.</summary>
    public async Task StartAsync(int slots)
    {
        var pem = Installation.PathOf("key.pem");
        await File.WriteAllTextAsync(pem, _key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var tokens = Directory.CreateDirectory(Installation.PathOf("tokens")).FullName;
        await File.WriteAllTextAsync(
            SoftHsm, $"directories.tokendir = {tokens}\n", TestContext.Current.CancellationToken);
        Installation.WriteConfiguration("first", Installation.PathOf("pin"));
        foreach (var token in new[] { "first", "second" })
        {
            MakeToken(token, pem);
        }

        using var foreign = new ForeignToken(Installation);
        using var leaf = foreign.Certify(_key.ExportSubjectPublicKeyInfo());
        var password = Installation.PathOf("password");
        await File.WriteAllTextAsync(password, "a long enough password", TestContext.Current.CancellationToken);
        Appliance("init");
        Appliance($"signer add --user acme --name Acme --kind organisation --password-file {password}");
        await ServeAsync(slots);
        _credential = (await Installation.JsonAsync(
            $"credential import --user acme --key-id {KeyId} --certificates {foreign.WritePem(leaf, "chain.pem")} "
            + $"--factors none --multisign {MostHashes} --allow-extractable")).Text("id");
        var id = (await Installation.JsonAsync(
            "client create --client portal --organisation acme --reach organisation")).Text("id");
        Secret = (await Installation.JsonAsync("client secret add --client portal")).Text("secret");
        using var portal = new RestClient(Process.Ready!.Rest);
        _token = await portal.TokenAsync(id, Secret);
    }

    /// <summary>The process alone: after it ended.</summary>
    public async Task ServeAsync(int slots)
    {
        _channel?.Dispose();
        _process?.Dispose();
        _process = await ServeProcess.StartAsync(
            Installation,
            [new("SOFTHSM2_CONF", SoftHsm)],
            slots == 1 ? [] :
            [
                "--set", $"Slots:second:Module={SoftHsmTokens.Library}",
                "--set", "Slots:second:Token=second",
                "--set", $"Slots:second:PinFile={Installation.PathOf("pin")}",
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

    /// <summary>Nobody else writes where its tokens are: a library may stumble over that.</summary>
    private void MakeToken(string label, string pem)
    {
        const string Tool = "softhsm2-util";
        Run(Tool, $"--init-token --free --label {label} --pin {SoftHsmTokens.Pin} --so-pin 1234567890");
        Run(Tool, $"--import {pem} --token {label} --label seal --id {KeyId} --pin {SoftHsmTokens.Pin}");
    }

    /// <summary>A command without a server.</summary>
    private void Appliance(string arguments) => Run(
        Path.Combine(AppContext.BaseDirectory, "appliance"),
        $"{arguments} --config {Installation.PathOf("appliance.json")}");

    private void Run(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["SOFTHSM2_CONF"] = SoftHsm, ["DOTNET_ROOT"] = ServeProcess.DotnetRoot },
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private GrpcCallOptions Bearer() => new() { Metadata = new() { { "authorization", "Bearer " + _token } } };
}
