namespace Appliance.Tidy.Tests.Source;

public sealed class TypeRulesTests
{
    [Fact]
    public void Files_of_this_repository_hold_one_type() =>
        Finding.AssertNone(CSharpFile.In("src", "tests", "bench", "load").SelectMany(TypeRules.CheckOneTypePerFile));

    [Fact]
    public void Product_classes_are_sealed_static_or_abstract() =>
        Finding.AssertNone(TypeRules.CheckSealed(CSharpFile.In("src")));

    [Fact]
    public void Product_interfaces_have_two_implementations() =>
        Finding.AssertNone(TypeRules.CheckInterfaces(CSharpFile.In("src")));

    [Theory]
    [InlineData("namespace N; class A { class Inner; enum Kind { One } }", 0)]
    [InlineData("namespace N; class A; class A<T>;", 0)]
    [InlineData("namespace N; class A; enum B { One }", 1)]
    [InlineData("namespace N; delegate void A(); interface B;", 1)]
    [InlineData("namespace N { record struct A(int X); } namespace M { struct B; }", 1)]
    public void A_second_type_in_a_file_is_found(string text, int findings) =>
        Assert.Equal(findings, TypeRules.CheckOneTypePerFile(CSharpFile.Sample(text)).Count());

    [Theory]
    [InlineData("namespace N; public sealed class A { struct Inner; }", 0)]
    [InlineData("namespace N; static class A; abstract class B; sealed record C(int X); record struct D(int X);", 0)]
    [InlineData("namespace N; class AException : Exception; sealed class BException : AException;", 0)]
    [InlineData("namespace N; class AException : Exception;", 1)]
    [InlineData("namespace N; class A; sealed class B : A;", 1)]
    [InlineData("namespace N; public class A;", 1)]
    [InlineData("namespace N; public record A(int X);", 1)]
    [InlineData("namespace N; public sealed class A { private class Inner; }", 1)]
    public void An_open_class_is_found(string text, int findings) =>
        Assert.Equal(findings, TypeRules.CheckSealed([CSharpFile.Sample(text)]).Count());

    [Fact]
    public void One_part_closes_a_partial_class_of_the_same_namespace_only()
    {
        var sealedPart = CSharpFile.Sample("namespace N; sealed partial class A;", "src/N/A.cs");
        var openPart = CSharpFile.Sample("namespace N; partial class A;", "src/N/A.Log.cs");
        var stranger = CSharpFile.Sample("namespace M; partial class A;", "src/M/A.cs");

        Assert.Empty(TypeRules.CheckSealed([sealedPart, openPart]));
        Assert.Equal("src/M/A.cs", Assert.Single(TypeRules.CheckSealed([sealedPart, openPart, stranger])).Path);
    }

    [Theory]
    [InlineData("interface I; class A : I; class B : N.I;", 0)]
    [InlineData("interface I<T>; class A : I<int>; struct B : I<long>;", 0)]
    [InlineData("interface I; interface J : I; class A : J; class B : J;", 0)]
    [InlineData("interface I; class A : I;", 1)]
    [InlineData("interface I; partial class A : I; partial class A : I;", 1)]
    [InlineData("interface I;", 1)]
    public void An_interface_of_one_implementation_is_found(string text, int findings) =>
        Assert.Equal(findings, TypeRules.CheckInterfaces([CSharpFile.Sample(text)]).Count());
}
