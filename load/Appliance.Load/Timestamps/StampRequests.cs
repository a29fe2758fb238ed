using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;

namespace Appliance.Load.Timestamps;

/// <summary>
/// TimeStampReqs made before the clock starts, by .NET's own encoder: each with a digest and a nonce of its own, with
/// certReq, all of the same length.
/// </summary>
internal sealed class StampRequests
{
    private const int NonceLength = 8;

    private readonly Rfc3161TimestampRequest[] _requests;

    public StampRequests(int count)
    {
        _requests = new Rfc3161TimestampRequest[count];
        for (var i = 0; i < count; i++)
        {
            var nonce = RandomNumberGenerator.GetBytes(NonceLength);

            // A first byte of 0x40 to 0x7F: as a number it has neither a sign nor leading zeros.
            nonce[0] = (byte)((nonce[0] & 0x3F) | 0x40);
            _requests[i] = Rfc3161TimestampRequest.CreateFromHash(
                RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes),
                HashAlgorithmName.SHA256,
                nonce: nonce,
                requestSignerCertificates: true);
        }
    }

    public int Count => _requests.Length;

    /// <summary>Of each of them.</summary>
    public int Length => _requests[0].Encode().Length;

    public Rfc3161TimestampRequest this[int index] => _requests[index];

    /// <summary>One behind the other, for load/tsa.lua.</summary>
    public void Write(string path)
    {
        using var file = File.Create(path);
        foreach (var request in _requests)
        {
            file.Write(request.Encode());
        }
    }

    /// <summary>Each as the bytes of a POST.</summary>
    public byte[][] ToHttp(Uri url)
    {
        var head = Encoding.ASCII.GetBytes(
            $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\n"
            + $"Content-Type: application/timestamp-query\r\nContent-Length: {Length}\r\n\r\n");
        return [.. _requests.Select(request => (byte[])[.. head, .. request.Encode()])];
    }
}
