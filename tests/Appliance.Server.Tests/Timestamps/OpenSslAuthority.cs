using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Appliance.Server.Tests.Timestamps;

/// <summary>
/// A time-stamping authority that is not ours: `openssl ts -reply` with a key in a file, behind HTTP. It misbehaves on
/// demand.
/// </summary>
internal sealed class OpenSslAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder = Directory.CreateTempSubdirectory("openssl-tsa-").FullName;

    private OpenSslAuthority(WebApplication app, SoftAuthority authority)
    {
        _app = app;
        Authority = authority;
        using var unit = authority.Issue();
        File.WriteAllText(Path.Combine(_folder, "unit.pem"), unit.ExportCertificatePem());
        using var key = unit.GetRSAPrivateKey()!;
        File.WriteAllText(Path.Combine(_folder, "unit.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "serial"), "01");
        File.WriteAllText(
            Path.Combine(_folder, "ts.cnf"),
            $"""
            [tsa]
            default_tsa = one
            [one]
            serial = {_folder}/serial
            signer_cert = {_folder}/unit.pem
            signer_key = {_folder}/unit.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            other_policies = 1.2.3.4.5
            digests = sha256, sha384, sha512
            accuracy = secs:1, millisecs:500
            ess_cert_id_alg = sha256
            """);
    }

    public SoftAuthority Authority { get; }

    public Uri Url { get; private set; } = null!;

    /// <summary>The Authorization headers that came.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Answers in place of the authority; false where the authority is to answer.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = static _ => Task.FromResult(false);

    /// <summary>What becomes of a request before it is answered.</summary>
    public Func<byte[], byte[]> Query { get; set; } = static query => query;

    /// <summary>What becomes of a response.</summary>
    public Func<byte[], byte[]> Response { get; set; } = static response => response;

    public static async Task<OpenSslAuthority> StartAsync(SoftAuthority? authority = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var tsa = new OpenSslAuthority(builder.Build(), authority ?? new SoftAuthority());
        tsa._app.Run(tsa.AnswerAsync);
        await tsa._app.StartAsync(TestContext.Current.CancellationToken);
        tsa.Url = new Uri(tsa._app.Urls.Single() + "/tsr");
        return tsa;
    }

    /// <summary>`openssl ts -reply`.</summary>
    public byte[] Reply(byte[] query)
    {
        var name = Path.Combine(_folder, Guid.CreateVersion7().ToString("N"));
        File.WriteAllBytes(name + ".tsq", query);
        OpenSsl.Run(
            "ts", "-reply", "-config", Path.Combine(_folder, "ts.cnf"), "-section", "one",
            "-queryfile", name + ".tsq", "-out", name + ".tsr");
        return File.ReadAllBytes(name + ".tsr");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Authorizations.Enqueue(http.Request.Headers.Authorization.ToString());
        if (await Before(http))
        {
            return;
        }

        await using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        http.Response.ContentType = "application/timestamp-reply";
        await http.Response.Body.WriteAsync(Response(Reply(Query(body.ToArray()))), http.RequestAborted);
    }
}
