using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>A time-stamping authority as a client finds it.</summary>
/// <param name="Address">Where requests are posted.</param>
/// <param name="AccessToken">For the Authorization header; null for none.</param>
/// <param name="Own">The TLS certificate of this machine's own appliance, trusted as it is; null for the system's
/// trust.</param>
internal sealed record TsaTarget(Uri Address, string? AccessToken, X509Certificate2? Own)
{
    /// <summary>Its address and nothing secret: a URL may carry a user's password.</summary>
    public string Name => Address.GetComponents(
        UriComponents.Scheme | UriComponents.HostAndPort | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The authority at a URL.</summary>
    /// <exception cref="CommandException">It is none, or the token would travel in the clear.</exception>
    public static TsaTarget At(string url, string? accessToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new CommandException($"--url takes an http or https URL, not \"{url}\".");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new CommandException("--url takes no user or password; use --access-token-file.");
        }

        return accessToken is null || address.Scheme == Uri.UriSchemeHttps || address.IsLoopback
            ? new TsaTarget(address, accessToken, null)
            : throw new CommandException(
                "An access token does not travel over http to another machine; use an https URL.");
    }

    /// <summary>The appliance of a configuration, of which no more than its address is read.</summary>
    /// <exception cref="CommandException">The configuration does not tell the address.</exception>
    public static TsaTarget Of(IConfiguration configuration, string? unit, string? accessToken)
    {
        var setting = configuration["Listen:Rest"] ?? new ListenSettings().Rest;
        if (!ListenAddress.TryParse(setting, out var listen))
        {
            throw new CommandException($"Listen:Rest is no address: \"{setting}\"; or name a TSA by --url.");
        }

        if (listen.EndPoint.Port == 0)
        {
            throw new CommandException(
                "Listen:Rest has port 0, so only the server knows where it listens; name it by --url.");
        }

        var host = listen.EndPoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : listen.EndPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : listen.EndPoint.Address;
        var root = (listen with { EndPoint = new IPEndPoint(host, listen.EndPoint.Port) }).Url(listen.EndPoint.Port);
        var path = unit is null ? "/tsa" : $"/tsa/{Uri.EscapeDataString(unit)}";
        return At(root + path, accessToken) with
        {
            Own = listen.IsTls ? LoadCertificate(configuration["Listen:Certificate"]) : null,
        };
    }

    private static X509Certificate2? LoadCertificate(string? path)
    {
        try
        {
            return path is null ? null : X509CertificateLoader.LoadCertificate(ReadFirst(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            // Whoever may not read it has the system's trust.
            return null;
        }
    }

    private static byte[] ReadFirst(string path)
    {
        var pem = File.ReadAllText(path);
        var fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }
}
