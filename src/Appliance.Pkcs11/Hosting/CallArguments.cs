using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// Native memory for the arguments of one call in the child, freed and zeroed together after it. What comes is bounded
/// by the frame that it came in.
/// </summary>
internal sealed unsafe class CallArguments : IDisposable
{
    private const int MaxAttributes = 64;

    private readonly List<(nint Memory, int Length)> _memory = [];

    public byte* Allocate(int length)
    {
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1));
        _memory.Add(((nint)memory, length));
        return memory;
    }

    public byte* CopyOf(ReadOnlySpan<byte> bytes)
    {
        var memory = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }

    /// <summary>Null where there is nothing.</summary>
    public byte* CopyOrNull(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? null : CopyOf(bytes);

    public CK_ATTRIBUTE* Template(ref FrameReader reader, out CULong count)
    {
        var template = Attributes(ref reader, out count);
        for (var i = 0; i < (int)count.Value; i++)
        {
            template[i].type = Number(ref reader);
            var value = reader.Bytes();
            template[i].pValue = CopyOf(value);
            template[i].ulValueLen = new CULong((uint)value.Length);
        }

        return template;
    }

    /// <summary>The counterpart of <see cref="CallWriting.Wanted"/>.</summary>
    public CK_ATTRIBUTE* Wanted(ref FrameReader reader, out CULong count)
    {
        var template = Attributes(ref reader, out count);
        for (var i = 0; i < (int)count.Value; i++)
        {
            template[i].type = Number(ref reader);
            var hasRoom = reader.Flag();
            var room = reader.UInt64();
            if (room > RemoteCall.MaxOutput)
            {
                reader.Refuse();
                room = 0;
            }

            template[i].pValue = hasRoom ? Allocate((int)room) : null;
            template[i].ulValueLen = new CULong(hasRoom ? (nuint)room : 0);
        }

        return template;
    }

    public CK_MECHANISM* Mechanism(ref FrameReader reader)
    {
        var mechanism = (CK_MECHANISM*)Allocate(sizeof(CK_MECHANISM));
        mechanism->mechanism = Number(ref reader);
        switch ((MechanismParameter)reader.Byte())
        {
            case MechanismParameter.Plain:
                var plain = reader.Bytes();
                mechanism->pParameter = CopyOrNull(plain);
                mechanism->ulParameterLen = new CULong((uint)plain.Length);
                break;
            case MechanismParameter.Gcm:
                var gcm = (CK_GCM_PARAMS*)Parameter(mechanism, sizeof(CK_GCM_PARAMS));
                var iv = reader.Bytes();
                gcm->pIv = CopyOf(iv);
                gcm->ulIvLen = new CULong((uint)iv.Length);
                gcm->ulIvBits = Number(ref reader);
                var associated = reader.Bytes();
                gcm->pAAD = CopyOrNull(associated);
                gcm->ulAADLen = new CULong((uint)associated.Length);
                gcm->ulTagBits = Number(ref reader);
                break;
            case MechanismParameter.Oaep:
                var oaep = (CK_RSA_PKCS_OAEP_PARAMS*)Parameter(mechanism, sizeof(CK_RSA_PKCS_OAEP_PARAMS));
                oaep->hashAlg = Number(ref reader);
                oaep->mgf = Number(ref reader);
                oaep->source = Number(ref reader);
                var source = reader.Bytes();
                oaep->pSourceData = CopyOrNull(source);
                oaep->ulSourceDataLen = new CULong((uint)source.Length);
                break;
            default:
                reader.Refuse();
                break;
        }

        return mechanism;
    }

    public static CULong Number(ref FrameReader reader) => new((nuint)reader.UInt64());

    public void Dispose()
    {
        foreach (var (memory, length) in _memory)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>((void*)memory, length));
            NativeMemory.Free((void*)memory);
        }

        _memory.Clear();
    }

    private byte* Parameter(CK_MECHANISM* mechanism, int size)
    {
        mechanism->ulParameterLen = new CULong((uint)size);
        return (byte*)(mechanism->pParameter = Allocate(size));
    }

    private CK_ATTRIBUTE* Attributes(ref FrameReader reader, out CULong count)
    {
        var number = reader.UInt32();
        if (number > MaxAttributes)
        {
            reader.Refuse();
            number = 0;
        }

        count = new CULong(number);
        return (CK_ATTRIBUTE*)Allocate((int)number * sizeof(CK_ATTRIBUTE));
    }
}
