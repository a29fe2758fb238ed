using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Hosting;

/// <summary>A signer as `signer import` made it.</summary>
internal sealed class TestSigner(JsonElement imported)
{
    public Guid Id { get; } = imported.GetProperty("id").GetGuid();

    public string User { get; } = imported.Text("user");

    public string Password { get; } = imported.Text("password");

    public string Secret { get; } = imported.Text("totpSecret");

    public IReadOnlyList<string> Credentials { get; } =
        [.. imported.GetProperty("credentials").EnumerateArray().Select(credential => credential.Text("id"))];

    /// <summary>The access token of the last sign-in.</summary>
    public string Token { get; set; } = "";

    public AuthenticationHeaderValue Basic
        => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));

    public X509Certificate2 Certificate(int index)
        => X509Certificate2.CreateFromPem(imported.GetProperty("credentials")[index].Text("certificatePem"));
}
