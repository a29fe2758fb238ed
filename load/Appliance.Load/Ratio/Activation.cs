using System.Security.Cryptography;
using System.Text;
using Csc.V2;
using Google.Protobuf;

namespace Appliance.Load.Ratio;

/// <summary>
/// An open activation: its hashes, none of them signed yet, and the signHash message that differs from call to call in
/// nothing but the hashes.
/// </summary>
internal sealed class Activation
{
    public const int HashLength = 32;

    private readonly byte[] _hashes;
    private readonly byte[] _before;
    private int _next;

    public Activation(string credentialId, string certificatePem, string signAlgo, int signer, int count, string seed)
    {
        CertificatePem = certificatePem;
        Signer = signer;
        Count = count;
        _hashes = new byte[count * HashLength];
        for (var i = 0; i < count; i++)
        {
            SHA256.HashData(Encoding.ASCII.GetBytes($"{seed}/{i}"), _hashes.AsSpan(i * HashLength, HashLength));
        }

        CredentialId = credentialId;
        SignAlgo = signAlgo;
        _before = [];
    }

    private Activation(Activation prepared, string sad)
    {
        (CertificatePem, Signer, Count) = (prepared.CertificatePem, prepared.Signer, prepared.Count);
        (CredentialId, SignAlgo, _hashes) = (prepared.CredentialId, prepared.SignAlgo, prepared._hashes);
        _before = new SignHashRequest { CredentialId = CredentialId, Sad = sad, SignAlgo = SignAlgo }.ToByteArray();
    }

    public string CredentialId { get; }

    public string SignAlgo { get; }

    public string CertificatePem { get; }

    /// <summary>Index of the signer whose token the calls carry.</summary>
    public int Signer { get; }

    public int Count { get; }

    public int Left => Count - _next;

    /// <summary>What the items of a stream leave out.</summary>
    public SignHashRequest Defaults => SignHashRequest.Parser.ParseFrom(_before);

    public IEnumerable<ByteString> Hashes
        => Enumerable.Range(0, Count).Select(i => ByteString.CopyFrom(Hash(i)));

    public ReadOnlySpan<byte> Hash(int index) => _hashes.AsSpan(index * HashLength, HashLength);

    public Activation Opened(string sad) => new(this, sad);

    /// <summary>Takes the next hash; gives its index.</summary>
    public int TakeOne() => _next++;

    /// <summary>Writes the message for one hash that was taken.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(int index, Span<byte> message)
    {
        _before.CopyTo(message);
        message[_before.Length] = (3 << 3) | 2;
        message[_before.Length + 1] = HashLength;
        Hash(index).CopyTo(message[(_before.Length + 2)..]);
        return _before.Length + 2 + HashLength;
    }

    /// <summary>
    /// Takes the next hashes and writes their message: protobuf fields may come in any order, so the hashes (field 3)
    /// follow what never changes.
    /// </summary>
    /// <returns>Bytes written; <paramref name="first"/> is the index of the first hash.</returns>
    public int Take(int hashes, Span<byte> message, out int first)
    {
        first = _next;
        _next += hashes;
        _before.CopyTo(message);
        var length = _before.Length;
        for (var i = first; i < first + hashes; i++)
        {
            message[length++] = (3 << 3) | 2;
            message[length++] = HashLength;
            Hash(i).CopyTo(message[length..]);
            length += HashLength;
        }

        return length;
    }
}
