using QRCoder;

namespace Appliance.Server.Commands;

/// <summary>An otpauth URI as a picture: for the terminal, as PNG and as SVG.</summary>
internal static class QrCode
{
    private const int PixelsPerModule = 8;

    /// <summary>Lines of half blocks with the quiet zone; a block is a dark module.</summary>
    public static string ForTerminal(string uri)
    {
        using var data = Generate(uri);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall(drawQuietZones: true, invert: true);
    }

    public static byte[] Png(string uri)
    {
        using var data = Generate(uri);
        using var code = new PngByteQRCode(data);
        return code.GetGraphic(PixelsPerModule);
    }

    public static string Svg(string uri)
    {
        using var data = Generate(uri);
        using var code = new SvgQRCode(data);
        return code.GetGraphic(PixelsPerModule);
    }

    private static QRCodeData Generate(string uri)
    {
        using var generator = new QRCodeGenerator();
        return generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.M);
    }
}
