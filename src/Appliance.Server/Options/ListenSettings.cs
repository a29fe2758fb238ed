namespace Appliance.Server.Options;

/// <summary>Section Listen: addresses and TLS.</summary>
internal sealed class ListenSettings
{
    private const string RestDefault = "http://127.0.0.1:8080";
    private const string GrpcDefault = "http://127.0.0.1:8081";

    /// <summary>Listen:Rest. Default http://127.0.0.1:8080.</summary>
    public ListenAddress Rest { get; init; } = Parse(RestDefault);

    /// <summary>Listen:Grpc. Default http://127.0.0.1:8081; the same as Rest with https: ALPN tells them apart.</summary>
    public ListenAddress Grpc { get; init; } = Parse(GrpcDefault);

    /// <summary>Listen:AllowPlaintext. Plaintext beyond loopback, e.g. behind a proxy on another host. Default false.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>Listen:Certificate. PEM file, the server's certificate first, then its chain. Needed for https.</summary>
    public string? Certificate { get; init; }

    /// <summary>Listen:CertificateKey. PEM file of the certificate's private key; default: in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Both wires on one port.</summary>
    public bool IsShared => Rest == Grpc && Rest.EndPoint.Port != 0;

    public static ListenSettings Read(SettingsReader settings)
    {
        var listen = new ListenSettings
        {
            AllowPlaintext = settings.Flag("Listen:AllowPlaintext", false),
            Certificate = settings.Text("Listen:Certificate"),
            CertificateKey = settings.Text("Listen:CertificateKey"),
            Rest = Address(settings, "Listen:Rest", RestDefault),
            Grpc = Address(settings, "Listen:Grpc", GrpcDefault),
        };
        listen.Check(settings, "Listen:Rest", listen.Rest);
        listen.Check(settings, "Listen:Grpc", listen.Grpc);
        if (listen.Rest.EndPoint.Equals(listen.Grpc.EndPoint) && listen.Rest.EndPoint.Port != 0
            && !(listen.Rest.IsTls && listen.Grpc.IsTls))
        {
            settings.Fault(
                "Listen:Rest and Listen:Grpc share a port without TLS: use https for both (ALPN tells REST and gRPC "
                + "apart), or two ports.");
        }

        if (listen.CertificateKey is not null && listen.Certificate is null)
        {
            settings.Fault("Listen:CertificateKey is set but Listen:Certificate is not: set both, or neither.");
        }

        return listen;
    }

    private static ListenAddress Parse(string text)
        => ListenAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static ListenAddress Address(SettingsReader settings, string key, string otherwise)
    {
        if (settings.Text(key) is { } text)
        {
            if (ListenAddress.TryParse(text, out var address))
            {
                return address;
            }

            settings.Wrong(key, "must be http:// or https://, an IP address (or localhost, or *), a colon and a port.");
        }

        return Parse(otherwise);
    }

    private void Check(SettingsReader settings, string key, ListenAddress address)
    {
        if (address.IsTls && Certificate is null)
        {
            settings.Fault($"{key} is {address} but Listen:Certificate is not set: name a PEM file.");
        }

        if (!address.IsTls && !address.IsLoopback && !AllowPlaintext)
        {
            settings.Fault(
                $"{key} is {address}, plaintext beyond this machine: use https with Listen:Certificate, or set "
                + "Listen:AllowPlaintext to true if the network in between is safe.");
        }
    }
}
