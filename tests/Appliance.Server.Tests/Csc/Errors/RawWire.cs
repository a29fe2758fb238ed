using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Appliance.Ledger;
using Appliance.Server.Tests.Hosting;
using Appliance.Storage;

namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>
/// Requests as text over a TCP connection of their own, answers as text: nothing of the server's types, and no HTTP
/// client, lies between a test and the bytes.
/// </summary>
internal static class RawWire
{
    /// <summary>SHA-256 of nothing.</summary>
    public const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    /// <summary>A POST of a body with a token.</summary>
    public static Task<RawReply> PostAsync(this RunningAppliance appliance, string path, string body, TestSigner signer)
        => appliance.SendTextAsync(path, body, $"Authorization: Bearer {signer.Token}\r\n");

    /// <summary>A POST of a body with these header lines besides those of every request.</summary>
    public static Task<RawReply> SendTextAsync(
        this RunningAppliance appliance, string path, string body, string headers)
        => appliance.SendAsync(path, body, headers, "application/json");

    /// <summary>The same with a form.</summary>
    public static Task<RawReply> SendFormAsync(
        this RunningAppliance appliance, string path, string body, string headers)
        => appliance.SendAsync(path, body, headers, "application/x-www-form-urlencoded");

    private static async Task<RawReply> SendAsync(
        this RunningAppliance appliance, string path, string body, string headers, string contentType)
    {
        using var client = new TcpClient();
        var address = appliance.Rest.BaseAddress!;
        var stopped = TestContext.Current.CancellationToken;
        await client.ConnectAsync(address.Host, address.Port, stopped);
        await using var stream = client.GetStream();
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}Content-Type: {contentType}\r\n"
            + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n")
            + "Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stopped);
        await stream.WriteAsync(bytes, stopped);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Read(await reader.ReadToEndAsync(stopped));
    }

    /// <summary>Changes the store under the running server, as another node would.</summary>
    public static async Task ChangeAsync(this RunningAppliance appliance, Action<StoreConnection> change)
        => await appliance.Ledger.WriteAsync(
            connection =>
            {
                change(connection);
                return true;
            },
            TestContext.Current.CancellationToken);

    /// <summary>
    /// What tries have left of a signer's authenticator: wrong codes in a row, and the last step used.
    /// </summary>
    public static async Task<(int WrongCodes, long LastStep, FactorState State)> CountersAsync(
        this RunningAppliance appliance, TestSigner signer)
        => await appliance.Ledger.WriteAsync(
            connection =>
            {
                var factor = connection.Factors.FindBySigner(signer.Id)!;
                return (factor.WrongCodes, factor.LastStep, factor.State);
            },
            TestContext.Current.CancellationToken);

    /// <summary>Five wrong codes.</summary>
    public static async Task LockAsync(this RunningAppliance appliance, TestSigner signer)
    {
        for (var i = 0; i < 5; i++)
        {
            await appliance.PostAsync(
                "/csc/v1/credentials/authorize",
                $$"""{"credentialID":"{{signer.Credentials[1]}}","numSignatures":1,"hash":["{{Hash}}"],"OTP":"x"}""",
                signer);
        }

        Assert.NotEmpty(appliance.Audit(AuditEvent.FactorLocked));
    }

    private static RawReply Read(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = text[..end].Split("\r\n");
        const string Name = "Content-Type: ";
        var type = lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return new RawReply(lines[0], type?[Name.Length..] ?? "", text[(end + 4)..]);
    }
}
